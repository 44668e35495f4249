package io.shardsum.expect.recipe;

import io.shardsum.safetensors.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Parts put together into one tensor: by turns a run of each. */
public record Joined(Way way, List<Recipe> parts) implements Recipe {

  /** How parts lie to each other. */
  public enum Way {
    /** The rows of one below those of the one before it. */
    BELOW("joined"),
    /** Equal shapes along a new first dimension: the experts of a layer. */
    STACKED("stacked"),
    /** The rows of equal shapes by turns. */
    BY_TURNS("interleaved"),
    /** The columns of one matrix behind those of the one before it. */
    BESIDE("beside");

    private final String word;

    Way(String word) {
      this.word = word;
    }
  }

  /**
   * Copies the parts.
   *
   * @throws IllegalArgumentException if there are none, or they do not fit together
   */
  public Joined {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("No parts");
    }
    Recipe first = parts.get(0);
    for (Recipe part : parts) {
      boolean fits =
          switch (way) {
            case BELOW -> tail(part).equals(tail(first));
            case BESIDE -> part.shape().size() == 2 && rows(part) == rows(first);
            case STACKED, BY_TURNS -> part.shape().equals(first.shape());
          };
      if (!fits || part.dtype() != first.dtype() || part.shape().isEmpty()) {
        throw new IllegalArgumentException("Parts do not fit together: " + parts);
      }
    }
  }

  private static List<Long> tail(Recipe part) {
    return List.of((long) part.shape().size(), part.rowElements());
  }

  private static long rows(Recipe part) {
    return part.shape().get(0);
  }

  /** The parts below each other; one alone as it is. */
  public static Recipe of(List<Recipe> parts) {
    List<Recipe> some = parts.stream().filter(part -> part.lengthBytes() > 0).toList();
    if (some.isEmpty()) {
      return parts.get(0);
    }
    return some.size() == 1 ? some.get(0) : new Joined(Way.BELOW, some);
  }

  @Override
  public DType dtype() {
    return parts.get(0).dtype();
  }

  @Override
  public List<Long> shape() {
    List<Long> shape = new ArrayList<>(parts.get(0).shape());
    switch (way) {
      case BELOW, BY_TURNS -> shape.set(0, parts.stream().mapToLong(Joined::rows).sum());
      case STACKED -> shape.add(0, (long) parts.size());
      case BESIDE -> shape.set(1, parts.stream().mapToLong(Recipe::rowElements).sum());
    }
    return shape;
  }

  /** How often each part has its turn. */
  private long turns() {
    return way == Way.BELOW || way == Way.STACKED ? 1 : Math.max(1, rows(parts.get(0)));
  }

  @Override
  public List<SourceRows> sources(long begin, long end) {
    List<SourceRows> sources = new ArrayList<>();
    long turn = begin < end ? elements() / turns() : 1;
    long before = 0;
    for (Recipe part : parts) {
      long run = part.elements() / turns();
      long first = begin / turn * run + Math.min(Math.max(begin % turn - before, 0), run);
      long behind = end / turn * run + Math.min(Math.max(end % turn - before, 0), run);
      if (first < behind) {
        sources.addAll(part.sources(first, behind));
      }
      before += run;
    }
    return sources;
  }

  @Override
  public RecipeReader open(CheckpointBytes checkpoint) {
    return new Reader(this, checkpoint);
  }

  @Override
  public String toString() {
    return parts.stream()
        .map(Recipe::toString)
        .collect(Collectors.joining("; ", way.word + "(", ")"));
  }

  /** Runs of the parts. Of parts that have one turn only the one that was read last stays open. */
  private static final class Reader implements RecipeReader {
    private final List<Recipe> parts;
    private final CheckpointBytes checkpoint;
    private final long turns;
    private final long[] begins;
    private final Map<Integer, RecipeReader> open = new HashMap<>();

    Reader(Joined joined, CheckpointBytes checkpoint) {
      this.parts = joined.parts();
      this.checkpoint = checkpoint;
      this.turns = joined.turns();
      this.begins = new long[parts.size() + 1];
      for (int index = 0; index < parts.size(); index++) {
        begins[index + 1] = begins[index] + parts.get(index).lengthBytes() / turns;
      }
    }

    @Override
    public void read(long offsetBytes, ByteBuffer target) throws IOException {
      int limit = target.limit();
      long offset = offsetBytes;
      while (target.position() < limit) {
        long turn = offset / begins[parts.size()];
        long inTurn = offset % begins[parts.size()];
        int index = partAt(inTurn);
        long run = begins[index + 1] - begins[index];
        int length = (int) Math.min(begins[index + 1] - inTurn, limit - target.position());
        target.limit(target.position() + length);
        opened(index).read(turn * run + inTurn - begins[index], target);
        offset += length;
      }
    }

    private int partAt(long offset) {
      int found = Arrays.binarySearch(begins, offset);
      int index = found < 0 ? -found - 2 : found;
      while (begins[index + 1] == offset) {
        index++;
      }
      return index;
    }

    private RecipeReader opened(int index) {
      if (turns == 1 && !open.containsKey(index)) {
        open.clear();
      }
      return open.computeIfAbsent(index, part -> parts.get(part).open(checkpoint));
    }
  }
}
