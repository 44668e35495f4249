package io.shardsum.source;

import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.TensorEntry;

/** The chunks of one file that are in a {@link ChunkSample}. */
final class FileSample {

  private static final long NOWHERE = -1;

  private final int oneIn;
  private final long seed;
  private final long sureOffsetBytes;

  FileSample(ChunkSample sample, ScannedFile file, SafetensorsHeader header) {
    this.oneIn = sample.oneIn();
    this.seed = mixed(((long) sample.seed().hashCode() << Integer.SIZE) ^ file.path().hashCode());
    this.sureOffsetBytes = sample.isNone() ? NOWHERE : offsetOfAnyByte(file, header);
  }

  /**
   * Whether a chunk is in the sample.
   *
   * @param offsetBytes where the chunk begins in the file
   */
  boolean has(long offsetBytes, int chunkBytes) {
    if (oneIn == 0) {
      return false;
    }
    boolean sure = sureOffsetBytes >= offsetBytes && sureOffsetBytes < offsetBytes + chunkBytes;
    return sure || Math.floorMod(mixed(seed + offsetBytes), oneIn) == 0;
  }

  /** A byte of a tensor that is hashed, each as likely as any other: its chunk is in the sample. */
  private long offsetOfAnyByte(ScannedFile file, SafetensorsHeader header) {
    long hashedBytes = 0;
    for (TensorEntry tensor : header.tensors()) {
      hashedBytes += hashedBytes(file, tensor);
    }
    long bytesBefore = hashedBytes == 0 ? 0 : Math.floorMod(seed, hashedBytes);
    for (TensorEntry tensor : header.tensors()) {
      if (bytesBefore < hashedBytes(file, tensor)) {
        return header.dataOffsetBytes() + tensor.beginBytes() + bytesBefore;
      }
      bytesBefore -= hashedBytes(file, tensor);
    }
    return NOWHERE;
  }

  private static long hashedBytes(ScannedFile file, TensorEntry tensor) {
    return file.skip().stream().anyMatch(tensor.name()::contains) ? 0 : tensor.lengthBytes();
  }

  /** The output step of SplitMix64 (Steele, Lea, Flood, 2014): numbers side by side part. */
  private static long mixed(long number) {
    long mixed = number + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
