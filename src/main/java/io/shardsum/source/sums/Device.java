package io.shardsum.source.sums;

import java.nio.ByteBuffer;

/**
 * What is needed of a GPU, by one task. Copies and sums run behind the caller's back, each kind in
 * the order of the calls; the memory that they use must stay as it is until a {@link Mark} behind
 * them was awaited. Closing it waits for all of them, and frees all of its memory.
 *
 * <p>Every method throws {@link DeviceException} if the GPU does not do it.
 */
public interface Device extends AutoCloseable {

  /** Memory of the host that the GPU copies from and to by itself: page-locked. */
  interface HostBuffer {
    /** All of it, little-endian. */
    ByteBuffer bytes();
  }

  /** Memory of the GPU. */
  interface DeviceBuffer {
    long address();

    /** Gives it back. */
    void free();
  }

  /** A place behind what was begun so far. */
  interface Mark {
    /** Waits until all before it has ended. */
    void await();
  }

  /** Takes page-locked memory, until the device is closed. */
  HostBuffer hostBuffer(int bytes);

  /**
   * Takes memory of the GPU, at an address that is a multiple of 256.
   *
   * @throws DeviceMemoryException if there is not so much, after what else can be freed was
   */
  DeviceBuffer deviceBuffer(long bytes);

  /** Copies the first bytes of a host buffer to the GPU. */
  Mark copyToDevice(HostBuffer from, int bytes, DeviceBuffer to, long offsetBytes);

  /**
   * Sums tiles, by {@code gpu/tile_sums.cu}, and copies the table back.
   *
   * @param table {@link TileTable} of so many tiles, on the GPU; the marks of all copies that it
   *     needs were awaited
   * @param back takes the table with its sums
   */
  Mark sumTiles(DeviceBuffer table, int tiles, HostBuffer back);

  @Override
  void close();
}
