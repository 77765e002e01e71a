for file in config/service.env deploy/port-map.env; do
  grep -q 9090 "$file" && ! grep -q 8080 "$file" || { echo "$file has the old port"; exit 1; }
done
