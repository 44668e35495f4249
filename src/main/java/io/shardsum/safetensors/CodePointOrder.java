package io.shardsum.safetensors;

import java.util.Comparator;

/**
 * Strings by code point, which is also the order of their UTF-8 bytes.
 *
 * <p>{@link String#compareTo} orders UTF-16 units and so puts U+1F600 before U+FF01. For strings
 * without lone surrogates.
 */
final class CodePointOrder {

  static final Comparator<String> INSTANCE = CodePointOrder::compare;

  private CodePointOrder() {}

  private static int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int index = 0; index < common; index++) {
      char leftUnit = left.charAt(index);
      char rightUnit = right.charAt(index);
      if (leftUnit != rightUnit) {
        boolean leftIsSurrogate = Character.isSurrogate(leftUnit);
        if (leftIsSurrogate != Character.isSurrogate(rightUnit)) {
          return leftIsSurrogate ? 1 : -1;
        }
        return Character.compare(leftUnit, rightUnit);
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
