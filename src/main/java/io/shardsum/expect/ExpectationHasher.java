package io.shardsum.expect;

import io.shardsum.expect.recipe.CheckpointBytes;
import io.shardsum.expect.recipe.HashedRecipe;
import io.shardsum.expect.recipe.RecipeGroup;
import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Hashes an expectation on the cores of this machine. What several ranks hold alike is hashed once,
 * and what several need of the checkpoint at the same time is read once.
 */
public final class ExpectationHasher {
  private final CheckpointBytes checkpoint;
  private final Digest digest;
  private final int threads;

  /**
   * @param checkpoint safe for use by several threads; is not closed
   */
  public ExpectationHasher(CheckpointBytes checkpoint, Digest digest, int threads) {
    this.checkpoint = checkpoint;
    this.digest = digest;
    this.threads = threads;
  }

  /**
   * Reads and hashes everything that is expected.
   *
   * @throws IOException if the checkpoint cannot be read
   */
  public HashedExpectation hash(Expectation expectation) throws IOException {
    List<RecipeGroup> groups = expectation.groups();
    return HashedExpectation.of(expectation, groups, hashAll(groups));
  }

  /**
   * Reads and hashes groups of recipes.
   *
   * @return of each group a result for each recipe
   * @throws IOException if the checkpoint cannot be read
   */
  public List<List<HashedRecipe>> hashAll(List<RecipeGroup> groups) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<List<HashedRecipe>>> futures = new ArrayList<>();
      for (RecipeGroup group : groups) {
        futures.add(pool.submit(() -> group.hash(checkpoint, digest)));
      }
      List<List<HashedRecipe>> results = new ArrayList<>();
      for (Future<List<HashedRecipe>> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while hashing");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
