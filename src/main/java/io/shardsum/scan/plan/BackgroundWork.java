package io.shardsum.scan.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Work of a scan that goes on while the next stage is being computed: small tables are written. */
public final class BackgroundWork implements AutoCloseable {

  private static final int THREADS = 3;
  private static final long LONGEST_WAIT_SECONDS = 60;

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final List<Future<?>> writes = new ArrayList<>();

  public void start(Runnable write) {
    writes.add(threads.submit(write));
  }

  /** Computes something, for which the caller does not wait yet. */
  public <T> Supplier<T> compute(Callable<T> computation) {
    Future<T> result = threads.submit(computation);
    return () -> result(result);
  }

  /** Waits until all writes so far are done; throws what one of them threw. */
  public void await() {
    writes.forEach(BackgroundWork::result);
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the scan was being landed", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException("Cannot land the scan", e.getCause());
    }
  }

  /** Waits for what was begun: nothing is written any more once a scan has failed. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
