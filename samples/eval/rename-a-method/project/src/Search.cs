namespace Shop;

public sealed class Search(IEnumerable<string> names)
{
    public IEnumerable<string> Find(string query)
    {
        var wanted = TextTools.Frobnicate(query);
        return names.Where(name => TextTools.Frobnicate(name).Contains(wanted));
    }
}
