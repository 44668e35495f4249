package io.shardsum.scan.manifest;

import io.shardsum.scan.plan.ByteBudget;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What second readings of whole files gave, in all rounds of a scan: all of them have one limit.
 */
public final class SecondHashes {

  private final ByteBudget budget;
  private final Map<String, SecondHash> byPath = new HashMap<>();

  /**
   * Begins with none.
   *
   * @param budget of all that is read
   */
  public SecondHashes(ByteBudget budget) {
    this.budget = budget;
  }

  /** Forgets those of files whose first reading was replaced. */
  public void forget(Collection<String> paths) {
    byPath.keySet().removeAll(paths);
  }

  boolean mayRead(long bytes) {
    return budget.take(bytes);
  }

  void put(String path, SecondHash hash) {
    byPath.put(path, hash);
  }

  Optional<SecondHash> of(String path) {
    return Optional.ofNullable(byPath.get(path));
  }
}
