namespace Drafthorse.Settings;

/// <summary>A setting is wrong or contradicts another. The message names it and says what to write instead.</summary>
internal sealed class SettingsException(string message, Exception? innerException = null) : Exception(message, innerException);
