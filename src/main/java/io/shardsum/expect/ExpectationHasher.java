package io.shardsum.expect;

import io.shardsum.fleet.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    Map<Recipe, HashedRecipe> results = hashAll(groups(expectation));
    List<HashedRank> ranks = new ArrayList<>();
    for (ExpectedRank rank : expectation.ranks()) {
      ranks.add(hashed(rank, results));
    }
    return new HashedExpectation(expectation.topology(), ranks);
  }

  private static HashedRank hashed(ExpectedRank rank, Map<Recipe, HashedRecipe> results) {
    List<HashedTensor> tensors = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>(rank.refused());
    for (ExpectedTensor tensor : rank.tensors()) {
      HashedRecipe result = results.get(tensor.recipe());
      if (result.digests().isPresent()) {
        tensors.add(new HashedTensor(tensor, result.digests().get()));
      } else {
        refused.add(new Refusal(tensor.name(), result.refusal()));
      }
    }
    return new HashedRank(rank.rank(), tensors, refused);
  }

  /** By name of the tensor, in the order of the first rank that has it. */
  private static List<RecipeGroup> groups(Expectation expectation) {
    Map<String, List<Recipe>> recipes = new LinkedHashMap<>();
    for (ExpectedRank rank : expectation.ranks()) {
      for (ExpectedTensor tensor : rank.tensors()) {
        recipes.computeIfAbsent(tensor.name(), name -> new ArrayList<>()).add(tensor.recipe());
      }
    }
    return recipes.values().stream().map(RecipeGroup::new).toList();
  }

  private Map<Recipe, HashedRecipe> hashAll(List<RecipeGroup> groups) throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Map<Recipe, HashedRecipe>>> futures = new ArrayList<>();
      for (RecipeGroup group : groups) {
        futures.add(pool.submit(() -> group.hash(checkpoint, digest)));
      }
      Map<Recipe, HashedRecipe> results = new HashMap<>();
      for (Future<Map<Recipe, HashedRecipe>> future : futures) {
        results.putAll(future.get());
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
