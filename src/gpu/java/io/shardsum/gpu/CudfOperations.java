package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.ColumnView;
import ai.rapids.cudf.DType;
import ai.rapids.cudf.NullPolicy;
import ai.rapids.cudf.Scalar;
import ai.rapids.cudf.SegmentedReductionAggregation;
import java.util.List;

/**
 * The operations by cuDF, on columns of UINT32 and UINT64 without nulls: for unsigned numbers C++
 * defines products, sums and shifts as they are wanted here.
 */
final class CudfOperations implements ColumnOperations<CudfColumn> {

  @Override
  public CudfColumn numbers(int... numbers) {
    return CudfColumn.owning(ColumnVector.fromUnsignedInts(numbers));
  }

  @Override
  public CudfColumn progressions(CudfColumn starts, int step, CudfColumn lengths) {
    int count = Math.toIntExact(starts.view().getRowCount());
    try (Scalar scalar = Scalar.fromUnsignedInt(step);
        ColumnVector steps = ColumnVector.fromScalar(scalar, count);
        ColumnView sizes = lengths.view().bitCastTo(DType.INT32)) {
      return CudfColumn.elementsOf(ColumnVector.sequence(starts.view(), sizes, steps));
    }
  }

  @Override
  public CudfColumn xor(CudfColumn left, CudfColumn right) {
    return CudfColumn.owning(left.view().bitXor(right.view(), type(left)));
  }

  @Override
  public CudfColumn shiftRight(CudfColumn numbers, int bits) {
    try (Scalar by = scalar(type(numbers), bits)) {
      return CudfColumn.owning(numbers.view().shiftRightUnsigned(by, type(numbers)));
    }
  }

  @Override
  public CudfColumn shiftLeft(CudfColumn numbers, int bits) {
    try (Scalar by = scalar(type(numbers), bits)) {
      return CudfColumn.owning(numbers.view().shiftLeft(by, type(numbers)));
    }
  }

  @Override
  public CudfColumn multiply(CudfColumn numbers, long factor) {
    try (Scalar by = scalar(type(numbers), factor)) {
      return CudfColumn.owning(numbers.view().mul(by, type(numbers)));
    }
  }

  @Override
  public CudfColumn widen(CudfColumn numbers) {
    return CudfColumn.owning(numbers.view().castTo(DType.UINT64));
  }

  /** To cuDF the sum of an empty segment is null. */
  @Override
  public CudfColumn sums(CudfColumn numbers, CudfColumn offsets) {
    try (ColumnView bounds = offsets.view().bitCastTo(DType.INT32);
        ColumnVector sums =
            numbers
                .view()
                .segmentedReduce(
                    bounds,
                    SegmentedReductionAggregation.sum(),
                    NullPolicy.EXCLUDE,
                    type(numbers));
        Scalar zero = scalar(type(numbers), 0)) {
      return CudfColumn.owning(sums.replaceNulls(zero));
    }
  }

  /** cuDF takes no less than two. */
  @Override
  public CudfColumn concatenate(List<CudfColumn> columns) {
    if (columns.size() == 1) {
      return CudfColumn.owning(columns.get(0).view().copyToColumnVector());
    }
    return CudfColumn.owning(
        ColumnVector.concatenate(
            columns.stream().map(CudfColumn::view).toArray(ColumnView[]::new)));
  }

  @Override
  public void close(CudfColumn column) {
    column.close();
  }

  private static DType type(CudfColumn column) {
    return column.view().getType();
  }

  private static Scalar scalar(DType type, long value) {
    return type.equals(DType.UINT32)
        ? Scalar.fromUnsignedInt((int) value)
        : Scalar.fromUnsignedLong(value);
  }
}
