namespace Drafthorse.Harness.Diagnostics;

/// <summary>What share of a model's tool calls had invalid arguments in the last hour: where it is high, tools and model do not fit together.</summary>
internal sealed class InvalidCallRates
{
    private const int Minutes = 60, FewestCalls = 50, MostModels = 64;
    private const double Limit = 0.03;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Window> _models = new(StringComparer.Ordinal);

    /// <summary>Takes note of a call. Returns the share when it has passed 3 % and nobody was told within the hour, else null.</summary>
    public double? Count(string model, bool isInvalid, DateTimeOffset now)
    {
        var minute = now.ToUnixTimeSeconds() / 60;
        lock (_lock)
        {
            if (!_models.TryGetValue(model, out var window))
            {
                if (_models.Count >= MostModels)
                {
                    return null;
                }

                _models.Add(model, window = new Window());
            }

            return window.Count(minute, isInvalid);
        }
    }

    private sealed class Window
    {
        private readonly (long Minute, int Calls, int Invalid)[] _minutes = new (long, int, int)[Minutes];
        private long _toldAt = long.MinValue / 2;

        public double? Count(long minute, bool isInvalid)
        {
            ref var current = ref _minutes[minute % Minutes];
            if (current.Minute != minute)
            {
                current = (minute, 0, 0);
            }

            current.Calls++;
            current.Invalid += isInvalid ? 1 : 0;
            if (!isInvalid || minute - _toldAt < Minutes)
            {
                return null;
            }

            var (calls, invalid) = (0, 0);
            foreach (var past in _minutes)
            {
                if (minute - past.Minute is >= 0 and < Minutes)
                {
                    (calls, invalid) = (calls + past.Calls, invalid + past.Invalid);
                }
            }

            if (calls < FewestCalls || invalid <= Limit * calls)
            {
                return null;
            }

            _toldAt = minute;
            return (double)invalid / calls;
        }
    }
}
