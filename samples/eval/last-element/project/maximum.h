int maximum(const int *values, int count);
