package io.shardsum.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes of small tables, which go on while the next stage is being computed. */
final class BackgroundWrites implements AutoCloseable {

  private static final int THREADS = 2;

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final List<Future<?>> writes = new ArrayList<>();

  void start(Runnable write) {
    writes.add(threads.submit(write));
  }

  /** Waits until all writes so far are done; throws what one of them threw. */
  void await() {
    for (Future<?> write : writes) {
      try {
        write.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while tables were being written", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException("Cannot write the tables", e.getCause());
      }
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
