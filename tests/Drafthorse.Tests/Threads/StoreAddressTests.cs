using Drafthorse.Composition;
using Drafthorse.Harness.Postgres;
using Drafthorse.Harness.Postgres.Connections;
using Drafthorse.Harness.Redis;
using Drafthorse.Settings;
using Npgsql;

namespace Drafthorse.Tests.Threads;

/// <summary>The addresses of stores that are elsewhere.</summary>
public sealed class StoreAddressTests
{
    [Fact]
    public void Postgres_UrlWithEverything_IsRead()
    {
        var address = PostgresAddress.Parse("postgresql://a%40b:p%3Aw%2F%40@db.example:6432/my%20threads?sslmode=verify-full&connect_timeout=3");

        Assert.Equal(("a@b", "p:w/@", "db.example", 6432, "my threads"), (address.Username, address.Password, address.Host, address.Port, address.Database));
        Assert.Equal((SslMode.VerifyFull, 3), (address.SslMode, address.Timeout));
        Assert.Equal((true, 0), (address.NoResetOnClose, address.MaxAutoPrepare));
    }

    [Theory]
    [InlineData("postgres://db/threads", "PostgreSQL database threads at db:5432")]
    [InlineData("Host=db;Port=1;Database=threads;Password=hush", "PostgreSQL database threads at db:1")]
    public void Postgres_Described_ShowsNoPassword(string address, string description) => Assert.Equal(description, PostgresThreadStore.Describe(address));

    [Theory]
    [InlineData("postgres://")]
    [InlineData("postgres://db")]
    [InlineData("postgres://me:hush@db/threads?color=red")]
    [InlineData("host=db;color=red;password=hush")]
    [InlineData("hush")]
    [InlineData("")]
    public void Postgres_Wrong_IsRefusedWithoutThePassword(string address) =>
        Assert.DoesNotContain("hush", Assert.Throws<FormatException>(() => PostgresAddress.Parse(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("redis://cache", "Redis server at cache:6379", null)]
    [InlineData("rediss://me:hush@cache:7000/0", "Redis server at cache:7000", "hush")]
    [InlineData("cache:7000,password=hush,ssl=true", "Redis server at cache:7000", "hush")]
    public void Redis_Address_IsRead(string address, string description, string? password) =>
        Assert.Equal((description, password), (RedisThreadStore.Describe(address), RedisThreadStore.FindPassword(address)));

    [Theory]
    [InlineData("redis://")]
    [InlineData("redis://:hush@cache/two")]
    [InlineData("memcached://me:hush@cache")]
    [InlineData("cache,color=red,password=hush")]
    [InlineData("")]
    public void Redis_Wrong_IsRefusedWithoutThePassword(string address) =>
        Assert.DoesNotContain("hush", Assert.Throws<FormatException>(() => RedisThreadStore.Describe(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("postgres://me:hush@db/threads", "Postgres", "PostgreSQL database threads at db:5432")]
    [InlineData("rediss://:hush@cache", "Redis", "Redis server at cache:6379")]
    [InlineData("/data/threads.db", "Sqlite", "/data/threads.db")]
    [InlineData("sqlite:/data/a=b.db", "Sqlite", "/data/a=b.db")]
    [InlineData("env:THERE", "Redis", "Redis server at cache:7000")]
    [InlineData("env:DATABASE_URL", "Postgres", "PostgreSQL database threads at db:1")]
    [InlineData("env:REDIS_URL", "Redis", "Redis server at cache:7000")]
    public void Store_OnTheCommandLine_IsRead(string text, string kind, string description)
    {
        var address = StoreAddress.Parse(text, Variable);

        Assert.Equal((kind, description), ($"{address.Kind}", $"{address}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("mysql://me:hush@db/threads")]
    [InlineData("postgres://me:hush@")]
    [InlineData("Host=db;Password=hush")]
    [InlineData("cache:7000,password=hush")]
    [InlineData("env:NOTHING")]
    [InlineData("env:ITSELF")]
    public void Store_WrongOnTheCommandLine_IsRefusedWithoutThePassword(string text) =>
        Assert.DoesNotContain("hush", Assert.Throws<SettingsException>(() => StoreAddress.Parse(text, Variable)).Message, StringComparison.Ordinal);

    private static string? Variable(string name) => name switch
    {
        "THERE" => "redis://:hush@cache:7000",
        "DATABASE_URL" => "Host=db;Port=1;Database=threads;Password=hush",
        "REDIS_URL" => "cache:7000,password=hush",
        "ITSELF" => "env:ITSELF",
        _ => null,
    };
}
