#include "maximum.h"

int main(void)
{
    int rising[] = {1, 2, 3}, one[] = {7}, falling[] = {9, 4};
    return !(maximum(rising, 3) == 3 && maximum(one, 1) == 7 && maximum(falling, 2) == 9);
}
