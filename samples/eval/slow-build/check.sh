grep -qx quince sorted.txt && LC_ALL=C sort -c sorted.txt
