package shop;

public final class Cart {
}
