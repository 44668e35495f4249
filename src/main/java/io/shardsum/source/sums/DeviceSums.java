package io.shardsum.source.sums;

import io.shardsum.checksum.Fp8Dequantizer;
import io.shardsum.checksum.Fp8PairException;
import io.shardsum.io.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sums on a GPU. Files are read straight into page-locked memory, a few buffers by turns; each is
 * copied to a window on the GPU while the next one is read; a full window is summed at once while
 * the other one is filled, and its sums come back when that is full, too.
 *
 * <pre>
 * file -> page-locked buffers (3 x 1 MiB) -> window on the GPU (2 x 64 MiB) -> sums of its tiles
 * </pre>
 *
 * <p>All is done by the thread of the task, for Spark counts what a thread reads.
 */
public final class DeviceSums implements PieceSums {

  /** So many, wherever they begin, lie in one buffer; the rest of it is copied to the next one. */
  static final int PIECE_BYTES = 256 * 1024;

  /**
   * Three of them stay in a core's second cache, from which the GPU copies: larger ones take half
   * as much CPU again, as they go through memory; with smaller ones, the calls of CUDA do.
   */
  static final int BUFFER_BYTES = 1024 * 1024;

  /** One is read, one is copied, and one is between. */
  static final int BUFFERS = 3;

  /** Summed by one kernel, whose launch takes a tenth of the time in which so much is read. */
  static final int WINDOW_BYTES = 64 * BUFFER_BYTES;

  /** One is filled, one is summed. */
  private static final int WINDOWS = 2;

  /** Page-locked memory that was read into, and where its copy ends. */
  private static final class Staging {
    private final Device.HostBuffer buffer;
    private Device.Mark copied;

    Staging(Device.HostBuffer buffer) {
      this.buffer = buffer;
    }

    /** Its memory, once the last copy of it has ended. */
    ByteBuffer free() {
      if (copied != null) {
        copied.await();
        copied = null;
      }
      return buffer.bytes();
    }
  }

  private final Device device;
  private final ReadWindow window = new ReadWindow(shard -> nextBuffer());
  private final CpuSums onCpu = new CpuSums();
  private final Deque<Staging> staging = new ArrayDeque<>();
  private final List<DeviceWindow> windows = new ArrayList<>();
  private DeviceWindow filling;
  private DeviceWindow unsummed;
  private DeviceWindow unsettled;
  private boolean isCopied;
  private boolean isCounted;
  private ByteBuffer piece;
  private long pieceAt;
  private long bytesOnGpu;

  /**
   * Sums on a device, which is closed with this.
   *
   * @throws DeviceException if it has not the memory for that
   */
  public DeviceSums(Device device) {
    this.device = device;
    try {
      for (int number = 0; number < BUFFERS; number++) {
        staging.add(new Staging(device.hostBuffer(BUFFER_BYTES)));
      }
      takeWindows();
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** Takes smaller ones where there is little memory; the least holds one buffer. */
  private void takeWindows() {
    for (int bytes = WINDOW_BYTES; windows.size() < WINDOWS; bytes /= 2) {
      try {
        while (windows.size() < WINDOWS) {
          windows.add(new DeviceWindow(device, bytes));
        }
      } catch (DeviceMemoryException e) {
        windows.forEach(DeviceWindow::free);
        windows.clear();
        if (bytes == BUFFER_BYTES) {
          throw e;
        }
      }
    }
    filling = windows.get(0);
  }

  @Override
  public int mostBytes() {
    return PIECE_BYTES;
  }

  @Override
  public void beginFile() {
    endCopy();
    window.clear();
  }

  @Override
  public ByteBuffer read(Shard shard, long positionBytes, int lengthBytes, long endOfUseBytes)
      throws IOException {
    if (!window.holds(positionBytes, lengthBytes)) {
      endCopy();
      window.fill(shard, positionBytes, Math.max(lengthBytes, endOfUseBytes - positionBytes));
    }
    pieceAt = positionBytes;
    isCounted = false;
    piece = window.slice(positionBytes, lengthBytes);
    return piece;
  }

  private ByteBuffer nextBuffer() {
    if (unsummed != null && filling.copies() >= BUFFERS) {
      sum(); // its copies have ended, as buffers were reused since: nobody waits
    }
    Staging next = staging.removeFirst();
    staging.addLast(next);
    return next.free();
  }

  /** Copies the buffer at hand, unless that was done. */
  private void copy() {
    if (isCopied) {
      return;
    }
    if (!filling.hasRoom(window.heldBytes())) {
      nextWindow();
    }
    Staging last = staging.getLast();
    last.copied = filling.copy(last.buffer, window.heldBytes());
    isCopied = true;
  }

  private void endCopy() {
    if (isCopied) {
      filling.endCopy(window.heldBytes());
      isCopied = false;
    }
  }

  /** The window is full: another one follows. */
  private void nextWindow() {
    if (unsummed != null) {
      sum();
    }
    if (unsettled != null) {
      unsettled.settle();
      unsettled = null;
    }
    filling.copyTables();
    unsummed = filling;
    filling = windows.get(filling == windows.get(0) ? 1 : 0);
  }

  private void sum() {
    unsummed.sum();
    unsettled = unsummed;
    unsummed = null;
  }

  /** The window has no room for what is said of tiles: the buffer at hand goes to the next one. */
  private void copyToNextWindow() {
    nextWindow();
    isCopied = false;
    copy();
  }

  @Override
  public Sum sum(long firstWord, long tensorBytes) {
    copy();
    if (!filling.hasRoomForTilesOf(piece.remaining())) {
      copyToNextWindow();
    }
    countPiece();
    return filling.add(address(), piece.remaining(), firstWord, tensorBytes);
  }

  /** Once, though a weight has two sums. */
  private void countPiece() {
    bytesOnGpu += isCounted ? 0 : piece.remaining();
    isCounted = true;
  }

  private long address() {
    return filling.address() + window.indexOf(pieceAt);
  }

  @Override
  public Sum dequantizedSum(
      Fp8Dequantizer weight,
      long positionBytes,
      long weightBytes,
      Optional<Consumer<ByteBuffer>> bytes)
      throws IOException, Fp8PairException {
    if (bytes.isPresent()) {
      onCpu.dequantize(piece, weight, positionBytes, bytes.get());
    }
    if (!piece.hasRemaining()) {
      return Sum.of(0);
    }
    ScaleArea.Extent extent = ScaleArea.Extent.of(weight.pair(), positionBytes, piece.remaining());
    copy();
    if (!filling.hasRoomForTilesOf(piece.remaining()) || filling.hasNoRoomForScales(extent)) {
      copyToNextWindow();
    }
    countPiece();
    return filling.add(address(), piece.remaining(), weight, extent, positionBytes, weightBytes);
  }

  @Override
  public void finish() {
    endCopy();
    if (!filling.isEmpty()) {
      nextWindow();
    }
    if (unsummed != null) {
      sum();
    }
    if (unsettled != null) {
      unsettled.settle();
      unsettled = null;
    }
  }

  @Override
  public long bytesOnGpu() {
    return bytesOnGpu;
  }

  @Override
  public void close() {
    device.close();
  }
}
