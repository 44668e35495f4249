package io.shardsum.expect.table;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/** How a tensor of an engine is made of those of a checkpoint, by the word in tables. */
enum Operation {
  /** A linear module, as those that follow: whole on every rank. */
  REPLICATED("replicated"),
  /** A share of the rows of each source, one below the other. */
  COLUMN("column"),
  /** As {@link #COLUMN}. */
  MERGED("merged"),
  /** As {@link #COLUMN}, of queries, keys and values: ranks beyond the heads of keys share them. */
  QKV("qkv"),
  /** As {@link #QKV}; of each head of queries and keys the even rows, then the odd ones. */
  ROTARY_QKV("rotary qkv"),
  /** A share of the columns; the bias whole. */
  ROW("row"),
  /** A tensor as it is. */
  WHOLE("whole"),
  /** A share of the rows of a tensor. */
  ROWS("rows"),
  /** A share of the rows of a tensor with a row for each element of the keys' heads. */
  KEY_ROWS("key rows"),
  /** A share of the columns of a tensor. */
  COLUMNS("columns"),
  /** A share of a table's rows, zeros below. */
  VOCABULARY("vocab"),
  /** As {@link #VOCABULARY}, of one source or the other: only if they are equal. */
  EITHER_VOCABULARY("either vocab"),
  /** As {@link #VOCABULARY}; not there if it is equal to that of the second source. */
  UNEQUAL_VOCABULARY("unequal vocab"),
  /** Experts, each of three modules; shared ones in slots behind. */
  EXPERTS("experts"),
  /** Experts in two tensors, gate above up. */
  STACKED_EXPERTS("stacked experts"),
  /** As {@link #STACKED_EXPERTS}, each matrix transposed. */
  TRANSPOSED_EXPERTS("transposed experts"),
  /** Matrices of experts, of each a share of the columns, transposed. */
  TRANSPOSED_COLUMNS("transposed columns"),
  /** Matrices of experts, of each a share of the rows, transposed. */
  TRANSPOSED_ROWS("transposed rows"),
  /** A tensor on the first rank of the group; zeros on the others. */
  ON_FIRST("on first"),
  /** Modules' weights below each other, those in FP8 dequantized. */
  DEQUANTIZED("dequantized"),
  /** A tensor plus 1. */
  PLUS_ONE("plus one"),
  /** Which axis a rotary lane follows: once on each stage. */
  AXIS_MAP("axis map"),
  /** 0, 1, 2 ... */
  POSITIONS("positions"),
  /** A module whose weight went into another: it has no elements. */
  EMPTY("empty"),
  /** Of each head the rows of keys. */
  HEAD_KEYS("head keys"),
  /** Of each head the rows of values, transposed. */
  HEAD_VALUES("head values"),
  /** There, with unknown bytes. */
  REFUSED("refused");

  private final String word;

  Operation(String word) {
    this.word = word;
  }

  /** The operation whose word the text begins with, the longest of them. */
  static Optional<Operation> at(String text) {
    return Arrays.stream(values())
        .filter(operation -> (text + " ").startsWith(operation.word + " "))
        .max(Comparator.comparing(operation -> operation.word.length()));
  }

  String word() {
    return word;
  }

  /** Whether it is a linear module, which may be quantized and have a bias. */
  boolean isModule() {
    return compareTo(ROW) <= 0;
  }

  /**
   * Checks that a row says what the operation needs.
   *
   * @throws IllegalArgumentException if it does not
   */
  void requireFitting(TableRow row) {
    if (this != REFUSED && row.sources().get(0).dimensions().isEmpty()) {
      throw new IllegalArgumentException("%s: expected name [sizes]".formatted(row.name()));
    }
    if (row.bias().isPresent() && !isModule()) {
      throw new IllegalArgumentException(
          "%s: %s has no bias; expected a linear module".formatted(row.name(), word));
    }
  }

  boolean isQkv() {
    return this == QKV || this == ROTARY_QKV;
  }

  boolean cutsColumns() {
    return this == ROW || this == COLUMNS;
  }

  boolean isWhole() {
    return this == REPLICATED || this == WHOLE || this == DEQUANTIZED;
  }
}
