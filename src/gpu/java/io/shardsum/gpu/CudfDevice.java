package io.shardsum.gpu;

import ai.rapids.cudf.ColumnVector;
import ai.rapids.cudf.Cuda;
import ai.rapids.cudf.CudaException;
import ai.rapids.cudf.CudfException;
import ai.rapids.cudf.DeviceMemoryBuffer;
import ai.rapids.cudf.DeviceMemoryBufferView;
import ai.rapids.cudf.HostMemoryBuffer;
import ai.rapids.cudf.PinnedMemoryPool;
import ai.rapids.cudf.Rmm;
import com.nvidia.spark.rapids.jni.GpuOOM;
import com.nvidia.spark.rapids.jni.GpuRetryOOM;
import com.nvidia.spark.rapids.jni.RmmSpark;
import io.shardsum.source.sums.Device;
import io.shardsum.source.sums.DeviceException;
import io.shardsum.source.sums.DeviceMemoryException;
import io.shardsum.source.sums.TileTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The GPU of an executor that runs the RAPIDS Accelerator, which owns all memory: page-locked
 * memory comes from its pool, memory of the GPU from its allocator, as a task of its own would take
 * it. Where that tells a task to wait until others have freed some, it waits.
 *
 * <p>Copies to the GPU have a stream of their own; sums run in the stream of the thread.
 */
public final class CudfDevice implements Device {

  private final Cuda.Stream copies;
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final Map<Long, ColumnVector> lanesOfTables = new HashMap<>();

  /**
   * The device of the task that this thread runs.
   *
   * @throws DeviceException if the executor does not run the plugin, or has no page-locked memory
   */
  public CudfDevice() {
    require(Rmm.isInitialized(), "spark.plugins to name com.nvidia.spark.SQLPlugin, found none");
    require(
        PinnedMemoryPool.isInitialized(),
        "page-locked memory, as spark.rapids.memory.pinnedPool.size says, found none");
    TaskContext task = TaskContext.get();
    if (task != null) {
      long id = task.taskAttemptId();
      RmmSpark.currentThreadIsDedicatedToTask(id);
      task.addTaskCompletionListener((TaskCompletionListener) ended -> RmmSpark.taskDone(id));
    }
    copies = named(() -> new Cuda.Stream(true));
  }

  private static void require(boolean holds, String expected) {
    if (!holds) {
      throw new DeviceException(
          "Cannot hash on %s: expected %s".formatted(place(), expected), null);
    }
  }

  private static String place() {
    SparkEnv spark = SparkEnv.get();
    return spark == null
        ? "the GPU of this process"
        : "the GPU of executor %s (host %s)"
            .formatted(spark.executorId(), spark.blockManager().blockManagerId().host());
  }

  /** Page-locked memory, and where the last use of it by the GPU ends. */
  private static final class Pinned implements HostBuffer, Mark {
    private final HostMemoryBuffer memory;
    private final ByteBuffer bytes;
    private final Cuda.Event used = new Cuda.Event(false, true); // without timing; waiting sleeps

    Pinned(HostMemoryBuffer memory, int lengthBytes) {
      this.memory = memory;
      this.bytes = memory.asByteBuffer(0, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer bytes() {
      return bytes;
    }

    @Override
    public void await() {
      named(
          () -> {
            used.sync();
            return null;
          });
    }
  }

  private record OnDevice(DeviceMemoryBuffer memory, Deque<AutoCloseable> owner)
      implements DeviceBuffer {
    @Override
    public long address() {
      return memory.getAddress();
    }

    @Override
    public void free() {
      owner.remove(memory);
      memory.close();
    }
  }

  @Override
  public HostBuffer hostBuffer(int bytes) {
    HostMemoryBuffer memory = PinnedMemoryPool.tryAllocate(bytes);
    require(
        memory != null,
        "%s bytes of page-locked memory, found less free: raise spark.rapids.memory.pinnedPool.size"
            .formatted(Integer.toString(bytes)));
    owned.push(memory);
    Pinned pinned = named(() -> new Pinned(memory, bytes));
    owned.push(pinned.used);
    return pinned;
  }

  @Override
  public DeviceBuffer deviceBuffer(long bytes) {
    DeviceMemoryBuffer memory =
        named(() -> whenThereIsMemory(() -> DeviceMemoryBuffer.allocate(bytes)));
    owned.push(memory);
    Cuda.DEFAULT_STREAM.sync(); // it is there for the other stream, too
    return new OnDevice(memory, owned);
  }

  @Override
  public Mark copyToDevice(HostBuffer from, int bytes, DeviceBuffer to, long offsetBytes) {
    Pinned pinned = (Pinned) from;
    return named(
        () -> {
          ((OnDevice) to)
              .memory.copyFromHostBufferAsync(offsetBytes, pinned.memory, 0, bytes, copies);
          pinned.used.record(copies);
          return pinned;
        });
  }

  @Override
  public Mark sumTiles(DeviceBuffer table, int tiles, HostBuffer back) {
    Pinned pinned = (Pinned) back;
    return named(
        () -> {
          ColumnVector lanes = lanes((OnDevice) table);
          whenThereIsMemory(
              () -> {
                CudfTiles.sum(lanes, tiles);
                return null;
              });
          pinned.memory.copyFromDeviceBufferAsync(
              new DeviceMemoryBufferView(table.address(), (long) tiles * TileTable.TILE_BYTES),
              Cuda.DEFAULT_STREAM);
          pinned.used.record(Cuda.DEFAULT_STREAM);
          return pinned;
        });
  }

  private ColumnVector lanes(OnDevice table) {
    return lanesOfTables.computeIfAbsent(
        table.address(),
        address -> {
          int tiles = (int) (table.memory.getLength() / TileTable.TILE_BYTES);
          ColumnVector lanes = whenThereIsMemory(() -> CudfTiles.lanes(address, tiles));
          owned.push(lanes);
          return lanes;
        });
  }

  /** As the plugin's own operators do: what it asks for is to free what one can, and to wait. */
  private static <T> T whenThereIsMemory(Supplier<T> work) {
    while (true) {
      try {
        return work.get();
      } catch (GpuRetryOOM e) {
        RmmSpark.blockThreadUntilReady();
      }
    }
  }

  private static <T> T named(Supplier<T> work) {
    try {
      return work.get();
    } catch (GpuOOM | OutOfMemoryError e) {
      throw new DeviceMemoryException(
          "Cannot hash on %s: its memory is full (%s): lower spark.executor.cores, or free the GPU of other programs"
              .formatted(place(), e.getMessage()),
          e);
    } catch (CudfException | CudaException e) {
      // A kernel that does not compile, a directory for it that cannot be written: many lines.
      String said = String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " ");
      throw new DeviceException("Cannot hash on %s: %s".formatted(place(), said), e);
    }
  }

  @Override
  public void close() {
    try {
      copies.sync();
      Cuda.DEFAULT_STREAM.sync();
    } finally {
      while (!owned.isEmpty()) {
        close(owned.pop());
      }
      copies.close();
    }
  }

  private static void close(AutoCloseable memory) {
    try {
      memory.close();
    } catch (Exception e) {
      throw new IllegalStateException("Memory of cuDF closes without checked exceptions", e);
    }
  }
}
