# Sums the prices of a file: name,count,price
BEGIN { FS = "," }
{ total += 1 }
END { print total }
