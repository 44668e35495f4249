package io.shardsum.gpu;

import ai.rapids.cudf.ColumnView;

/**
 * A column on the device, with what it lies in.
 *
 * @param view the numbers
 * @param owner what holds their memory: the column itself, or the list column whose child it is;
 *     null where somebody else does
 */
record CudfColumn(ColumnView view, ColumnView owner) {

  static CudfColumn owning(ColumnView column) {
    return new CudfColumn(column, column);
  }

  /** The elements of all rows of a list column, which is closed with them. */
  static CudfColumn elementsOf(ColumnView lists) {
    try {
      return new CudfColumn(lists.getChildColumnView(0), lists);
    } catch (RuntimeException e) {
      lists.close();
      throw e;
    }
  }

  void close() {
    view.close();
    if (owner != null && owner != view) {
      owner.close();
    }
  }
}
