package io.shardsum.safetensors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A valid file of up to five small tensors, all of it drawn from the random numbers given. */
final class RandomFile {

  private static final String[] NAMES = {"a", "b.weight", "", "\u20ac", "\ud83d\ude00", "\"\\\n"};

  private static final List<DType> DTYPES = List.of(DType.values());

  private RandomFile() {}

  static byte[] draw(Random random) {
    List<TensorSpec> tensors = new ArrayList<>();
    long dataBytes = 0;
    int tensorCount = random.nextInt(6);
    for (int index = 0; index < tensorCount; index++) {
      TensorSpec tensor = drawTensor(random, NAMES[random.nextInt(NAMES.length)] + index);
      tensors.add(tensor);
      dataBytes += tensor.lengthBytes();
    }
    byte[] header = SafetensorsWriter.encodeHeader(tensors, drawMetadata(random));
    return Arrays.copyOf(header, header.length + Math.toIntExact(dataBytes));
  }

  private static TensorSpec drawTensor(Random random, String name) {
    DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
    List<Long> shape = new ArrayList<>();
    if (dtype.bits() < Byte.SIZE) {
      shape.add(8L);
    }
    int moreDimensions = random.nextInt(3);
    for (int index = 0; index < moreDimensions; index++) {
      shape.add((long) random.nextInt(5));
    }
    return new TensorSpec(name, dtype, shape);
  }

  private static Map<String, String> drawMetadata(Random random) {
    Map<String, String> metadata = new LinkedHashMap<>();
    int count = random.nextInt(3);
    for (int index = 0; index < count; index++) {
      metadata.put("k" + index, NAMES[random.nextInt(NAMES.length)]);
    }
    return metadata;
  }
}
