package io.shardsum.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Starts tasks in the order in which they come, so many at once, and so many of one host. */
final class Turns {

  private record Task(String host, Runnable start) {}

  private final int most;
  private final int mostOfHost;
  private final Executor executor;
  private final Deque<Task> waiting = new ArrayDeque<>();
  private final Map<String, Integer> running = new HashMap<>();
  private int runningInAll;

  Turns(int most, int mostOfHost, Executor executor) {
    this.most = most;
    this.mostOfHost = mostOfHost;
    this.executor = executor;
  }

  /** Starts a task when it is its turn. */
  <T> CompletableFuture<T> take(String host, Supplier<CompletableFuture<T>> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable start =
        () -> {
          CompletableFuture<?> unused =
              task.get()
                  .whenCompleteAsync(
                      (value, failure) -> {
                        end(host);
                        if (failure == null) {
                          result.complete(value);
                        } else {
                          result.completeExceptionally(failure);
                        }
                      },
                      executor);
        };
    synchronized (this) {
      waiting.add(new Task(host, start));
    }
    startThoseWhoseTurnItIs();
    return result;
  }

  private void end(String host) {
    synchronized (this) {
      runningInAll--;
      running.merge(host, -1, Integer::sum);
    }
    startThoseWhoseTurnItIs();
  }

  private void startThoseWhoseTurnItIs() {
    List<Task> turn = new ArrayList<>();
    synchronized (this) {
      Iterator<Task> tasks = waiting.iterator();
      while (runningInAll < most && tasks.hasNext()) {
        Task task = tasks.next();
        if (running.getOrDefault(task.host(), 0) < mostOfHost) {
          tasks.remove();
          runningInAll++;
          running.merge(task.host(), 1, Integer::sum);
          turn.add(task);
        }
      }
    }
    turn.forEach(task -> task.start().run());
  }
}
