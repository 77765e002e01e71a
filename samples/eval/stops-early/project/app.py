import sys


def main():
    print("started")
    for name in sys.argv[1:]:
        print("working on " + name)
    print("finished")


if __name__ == "__main__":
    main()
