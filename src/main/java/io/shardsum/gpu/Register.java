package io.shardsum.gpu;

/**
 * Holds one column, which each operation replaces by its result: what was there is closed, also
 * when the operation throws and the register is closed.
 *
 * @param <C> a column
 */
final class Register<C> implements AutoCloseable {

  private final ColumnOperations<C> operations;
  private C column;

  /** Takes a column over: it is closed with the register. */
  Register(ColumnOperations<C> operations, C column) {
    this.operations = operations;
    this.column = column;
  }

  C column() {
    return column;
  }

  void xor(C other) {
    replace(operations.xor(column, other));
  }

  void multiply(long factor) {
    replace(operations.multiply(column, factor));
  }

  void widen() {
    replace(operations.widen(column));
  }

  void shiftLeft(int bits) {
    replace(operations.shiftLeft(column, bits));
  }

  /** {@code x ^= x >>> bits}. */
  void xorShifted(int bits) {
    try (Register<C> shifted = new Register<>(operations, operations.shiftRight(column, bits))) {
      xor(shifted.column);
    }
  }

  /** MurmurHash3's 32-bit finalizer. */
  void fmix() {
    xorShifted(16);
    multiply(0x85EBCA6B);
    xorShifted(13);
    multiply(0xC2B2AE35);
    xorShifted(16);
  }

  /** The finalizer of splitmix64. */
  void splitmix() {
    xorShifted(30);
    multiply(0xBF58476D1CE4E5B9L);
    xorShifted(27);
    multiply(0x94D049BB133111EBL);
    xorShifted(31);
  }

  private void replace(C next) {
    operations.close(column);
    column = next;
  }

  @Override
  public void close() {
    operations.close(column);
  }
}
