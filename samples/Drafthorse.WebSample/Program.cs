using Drafthorse.Harness.Models;
using Drafthorse.WebSample;

// curl -d '"Which tests are slow?"' -H 'Content-Type: application/json' http://localhost:5000/tickets/7
// curl http://localhost:5000/tickets/7
var settings = ModelSettings.FromEnvironment();
using var models = new ModelFactory(settings);
await TicketApp.Build(args, models.Create(await settings.ChooseAsync())).RunAsync();
