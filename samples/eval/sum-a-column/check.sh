[ "$(awk -f sum.awk prices.csv)" = 0.95 ] && [ "$(printf 'name,count,price\na,1,10\nb,2,2.5\nc,9,0.05\n' | awk -f sum.awk)" = 12.55 ]
