package io.shardsum.safetensors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** How the tensors of a file share its data section: one after another, to the last byte. */
final class TensorLayout {

  private static final Comparator<TensorEntry> FILE_ORDER =
      Comparator.comparingLong(TensorEntry::beginBytes)
          .thenComparingLong(TensorEntry::endBytes)
          .thenComparing(TensorEntry::name, CodePointOrder.INSTANCE);

  private TensorLayout() {}

  static List<TensorEntry> inFileOrder(String file, List<TensorEntry> tensors, long dataLengthBytes)
      throws SafetensorsFormatException {
    List<TensorEntry> ordered = new ArrayList<>(tensors);
    ordered.sort(FILE_ORDER);
    long position = 0;
    for (TensorEntry tensor : ordered) {
      checkTensor(file, tensor, position, dataLengthBytes);
      position = tensor.endBytes();
    }
    if (position < dataLengthBytes) {
      throw new SafetensorsFormatException(
          file,
          null,
          FormatRule.TRAILING_BYTES,
          position + " bytes of data",
          dataLengthBytes + " bytes");
    }
    return ordered;
  }

  private static void checkTensor(
      String file, TensorEntry tensor, long position, long dataLengthBytes)
      throws SafetensorsFormatException {
    if (tensor.beginBytes() != position) {
      throw new SafetensorsFormatException(
          file,
          tensor.name(),
          tensor.beginBytes() > position ? FormatRule.GAP : FormatRule.OVERLAP,
          "its begin at " + position + " of the data",
          Long.toString(tensor.beginBytes()));
    }
    if (tensor.endBytes() > dataLengthBytes) {
      throw new SafetensorsFormatException(
          file,
          tensor.name(),
          FormatRule.DATA_TRUNCATED,
          "at least " + tensor.endBytes() + " bytes of data",
          dataLengthBytes + " bytes");
    }
  }
}
