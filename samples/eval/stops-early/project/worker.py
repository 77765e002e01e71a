def work(items):
    for item in items:
        print("item " + item)
    print("all done")
