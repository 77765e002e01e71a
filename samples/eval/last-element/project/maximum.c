#include "maximum.h"

/* The largest of at least one number. */
int maximum(const int *values, int count)
{
    int largest = values[0];
    for (int i = 1; i < count - 1; i++)
        if (values[i] > largest)
            largest = values[i];
    return largest;
}
