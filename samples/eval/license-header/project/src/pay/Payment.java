package shop.pay;

public final class Payment {
}
