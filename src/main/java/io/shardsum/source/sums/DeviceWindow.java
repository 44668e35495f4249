package io.shardsum.source.sums;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.checksum.SglangChecksum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Some megabytes of files on a GPU, the tiles among them that are to be summed, and who waits for
 * their sums. It is filled, then summed, then settled, and begins anew.
 */
final class DeviceWindow {

  /** Beginnings of buffers on the GPU: the first tile of each lies on a whole line of its cache. */
  private static final int ALIGNMENT = 256;

  private static final int ELEMENT_BYTES = 2;
  private static final int TILE_ELEMENTS = SglangChecksum.TILE_BYTES / ELEMENT_BYTES;

  private static final int MOST_TILES = 8192;
  private static final int SCALES_BYTES = 256 * 1024;

  /** A sum that is waited for: that of some tiles of the table, side by side. */
  private record Awaited(
      Sum sum, int firstTile, int endTile, long tensorBytes, boolean isWeight, long element) {}

  private final Device device;
  private final int capacityBytes;
  private final Device.DeviceBuffer data;
  private final Device.HostBuffer tableOnHost;
  private final Device.DeviceBuffer tableOnDevice;
  private final TileTable table;
  private final List<Awaited> awaited = new ArrayList<>();
  private Device.HostBuffer scalesOnHost;
  private Device.DeviceBuffer scalesOnDevice;
  private ScaleArea scales;
  private int filledBytes;
  private int copies;
  private Device.Mark copied;
  private Device.Mark summed;

  /**
   * Takes the memory of a window.
   *
   * @throws DeviceMemoryException if there is not so much; it has taken none then
   */
  DeviceWindow(Device device, int capacityBytes) {
    this.device = device;
    this.capacityBytes = capacityBytes;
    this.tableOnDevice = device.deviceBuffer(MOST_TILES * TileTable.TILE_BYTES);
    try {
      this.data = device.deviceBuffer(capacityBytes);
    } catch (DeviceMemoryException e) {
      tableOnDevice.free();
      throw e;
    }
    this.tableOnHost = device.hostBuffer(MOST_TILES * TileTable.TILE_BYTES);
    this.table = new TileTable(tableOnHost.bytes());
  }

  /** Gives back the memory of the GPU. */
  void free() {
    data.free();
    tableOnDevice.free();
  }

  boolean isEmpty() {
    return copies == 0;
  }

  /** How many buffers were copied to it. */
  int copies() {
    return copies;
  }

  boolean hasRoom(int lengthBytes) {
    return filledBytes + lengthBytes <= capacityBytes;
  }

  /**
   * Copies a buffer to the GPU.
   *
   * @return behind the copy
   */
  Device.Mark copy(Device.HostBuffer from, int lengthBytes) {
    copied = device.copyToDevice(from, lengthBytes, data, filledBytes);
    copies++;
    return copied;
  }

  /** Where the buffer lies that was copied last. */
  long address() {
    return data.address() + filledBytes;
  }

  /** The buffer that was copied last is done with: others follow it. */
  void endCopy(int lengthBytes) {
    filledBytes += (lengthBytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  boolean hasRoomForTilesOf(int lengthBytes) {
    return table.room() > lengthBytes / TILE_ELEMENTS;
  }

  /** Adds a piece that is summed as it is stored. */
  Sum add(long address, int lengthBytes, long firstWord, long tensorBytes) {
    int firstTile = table.tiles();
    for (int at = 0; at < lengthBytes; at += SglangChecksum.TILE_BYTES) {
      table.add(
          address + at,
          Math.min(SglangChecksum.TILE_BYTES, lengthBytes - at),
          (int) (firstWord + at / Integer.BYTES));
    }
    return await(firstTile, tensorBytes, false, 0);
  }

  /** Whether scales of other chunks leave no room for those of this one. */
  boolean hasNoRoomForScales(ScaleArea.Extent extent) {
    return scales != null && scales.usedBytes() > 0 && !scales.hasRoom(extent);
  }

  /** Makes room for the scales of a chunk, unless others leave none. */
  private void makeRoomForScales(ScaleArea.Extent extent) {
    if (scales != null && scales.hasRoom(extent)) {
      return;
    }
    if (scalesOnDevice != null) {
      scalesOnDevice.free();
    }
    int bytes = Math.max(SCALES_BYTES, extent.bytes());
    scalesOnHost = device.hostBuffer(bytes);
    scalesOnDevice = device.deviceBuffer(bytes);
    scales = new ScaleArea(scalesOnHost.bytes());
  }

  /** Adds a piece of a weight in FP8. */
  Sum add(
      long address,
      int lengthBytes,
      Fp8Dequantizer weight,
      ScaleArea.Extent extent,
      long firstElement,
      long weightBytes)
      throws IOException, Fp8PairException {
    makeRoomForScales(extent);
    long chunk = scalesOnDevice.address() + scales.add(weight, extent);
    int firstTile = table.tiles();
    for (int at = 0; at < lengthBytes; at += TILE_ELEMENTS) {
      table.add(
          address + at,
          Math.min(TILE_ELEMENTS, lengthBytes - at),
          (int) ((firstElement + at) * ELEMENT_BYTES / Integer.BYTES),
          at,
          chunk);
    }
    return await(firstTile, weightBytes * ELEMENT_BYTES, true, firstElement);
  }

  private Sum await(int firstTile, long tensorBytes, boolean isWeight, long firstElement) {
    Sum sum = new Sum();
    awaited.add(new Awaited(sum, firstTile, table.tiles(), tensorBytes, isWeight, firstElement));
    return sum;
  }

  /** Copies what the GPU must know of the tiles. */
  void copyTables() {
    if (scales != null && scales.usedBytes() > 0) {
      device.copyToDevice(scalesOnHost, scales.usedBytes(), scalesOnDevice, 0);
    }
    copied =
        device.copyToDevice(tableOnHost, table.tiles() * TileTable.TILE_BYTES, tableOnDevice, 0);
  }

  /** Waits for the copies, and lets the GPU sum. */
  void sum() {
    copied.await();
    summed =
        table.tiles() == 0 ? copied : device.sumTiles(tableOnDevice, table.tiles(), tableOnHost);
  }

  /** Waits for the sums, and hands them out; the window is empty then. */
  void settle() {
    summed.await();
    for (Awaited of : awaited) {
      long sum = 0;
      OptionalLong nan = OptionalLong.empty();
      for (int tile = of.firstTile; tile < of.endTile; tile++) {
        sum += SglangChecksum.ofTile(table.first(tile), table.second(tile), of.tensorBytes);
        if (of.isWeight && table.nan(tile) != TileTable.NO_NAN && nan.isEmpty()) {
          nan = OptionalLong.of(of.element + table.element(tile) + table.nan(tile));
        }
      }
      of.sum.complete(sum, nan);
    }
    awaited.clear();
    table.clear();
    if (scales != null) {
      scales.clear();
    }
    filledBytes = 0;
    copies = 0;
  }
}
