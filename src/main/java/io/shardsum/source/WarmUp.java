package io.shardsum.source;

import io.shardsum.checksum.SglangChecksum;
import io.shardsum.safetensors.ByteSource;
import io.shardsum.safetensors.DType;
import io.shardsum.safetensors.SafetensorsHeader;
import io.shardsum.safetensors.SafetensorsWriter;
import io.shardsum.safetensors.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a process that reads weights soon after its start does while it waits for something else:
 * load the classes, and run the checksum's loop until the virtual machine has compiled it. Without
 * that, the first gigabytes pass at a fraction of the speed.
 */
public final class WarmUp {

  private static final AtomicBoolean STARTED = new AtomicBoolean();

  private WarmUp() {}

  /**
   * Starts the work on a thread of its own, which keeps no process alive. The second time, there is
   * nothing left to do.
   */
  public static void start() {
    if (!STARTED.compareAndSet(false, true)) {
      return;
    }
    Thread thread = new Thread(WarmUp::run, "warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run() {
    byte[] header =
        SafetensorsWriter.encodeHeader(
            List.of(new TensorSpec("weight", DType.U8, List.of(0L))), Map.of());
    try (ByteSource source = new InMemory(ByteBuffer.wrap(header))) {
      SafetensorsHeader.read(source);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read memory", e);
    }
    SglangChecksum.warmUp();
  }

  private record InMemory(ByteBuffer bytes) implements ByteSource {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public long lengthBytes() {
      return bytes.capacity();
    }

    @Override
    public void readFully(long positionBytes, ByteBuffer target) {
      target.put(bytes.slice((int) positionBytes, target.remaining()));
    }

    @Override
    public void close() {}
  }
}
