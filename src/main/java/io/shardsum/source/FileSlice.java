package io.shardsum.source;

import java.io.Serializable;

/**
 * A range of a file. What begins in it belongs to it, also where it ends behind it; what begins at
 * the very end of the file (an empty tensor) belongs to the last slice.
 *
 * @param fileIndex position of the file in the list of files read
 * @param file the file
 * @param beginBytes first byte of the range
 * @param endBytes first byte behind the range
 */
record FileSlice(int fileIndex, ScannedFile file, long beginBytes, long endBytes)
    implements Serializable {

  long lengthBytes() {
    return endBytes - beginBytes;
  }

  boolean owns(long positionBytes) {
    return positionBytes >= beginBytes && !isBehind(positionBytes);
  }

  boolean isBehind(long positionBytes) {
    return (positionBytes >= endBytes && endBytes < file.lengthBytes())
        || positionBytes > file.lengthBytes();
  }
}
