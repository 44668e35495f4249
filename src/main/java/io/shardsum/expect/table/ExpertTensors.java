package io.shardsum.expect.table;

import io.shardsum.expect.model.ExpertLayout;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Joined;
import io.shardsum.expect.recipe.Joined.Way;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.Transposed;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.expect.table.TableSource.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The experts of a layer that a rank holds, stacked in slots: {@code w13_weight}, of each the rows
 * of gate and up, and {@code w2_weight}, of each the columns of down.
 */
final class ExpertTensors {
  private static final int MODULES = 3;

  /** A slot's three matrices, by the number of its expert; those of shared ones behind. */
  private record Slot(long expert, List<String> modules) {}

  private final ModelTable table;
  private final Topology topology;
  private final Weights weights;
  private final int rank;
  private final BiConsumer<String, Supplier<Recipe>> collected;
  private long count;
  private long hidden;
  private long size;
  private Span held = Span.whole(0);
  private Fp8Loading loading = Fp8Loading.AS_STORED;

  ExpertTensors(
      ModelTable table,
      Topology topology,
      Weights weights,
      int rank,
      BiConsumer<String, Supplier<Recipe>> collected) {
    this.table = table;
    this.topology = topology;
    this.weights = weights;
    this.rank = rank;
    this.collected = collected;
  }

  /** Both tensors; the row's first source has {@code [experts, size of each, hidden]}. */
  void add(String name, TableRow row, TableScope scope) {
    List<Term> sizes =
        row.sources().get(0).dimensions().stream().map(of -> of.terms().get(0)).toList();
    count = scope.number(sizes.get(0).count());
    size = scope.number(sizes.get(1).count());
    hidden = scope.number(sizes.get(2).count());
    long physical = count + scope.number("redundant");
    Share inside = topology.insideExpertShare(rank);
    SizeLimits.requireExperts(physical, scope.config().size("num_hidden_layers"), inside.count());
    held = inside.span(size, scope.label(sizes.get(1).count()));
    List<String> sources =
        row.sources().stream().map(s -> table.storedName(scope.filled(s.name()))).toList();
    Scheme scheme = weights.quantization().ofExperts(module(sources.get(0)));
    TableScope stored = scope.with("experts", physical).with("scheme", scheme.name());
    loading = stored.is("requantizes_experts") ? Fp8Loading.ON_SM100 : Fp8Loading.AS_STORED;
    collected.accept(
        name + ".w13_weight",
        () -> {
          ExpertLayout layout = layout(name, scheme, stored);
          return first(slots(sources, physical), row, layout, scheme);
        });
    collected.accept(
        name + ".w2_weight",
        () -> {
          layout(name, scheme, stored);
          return stacked(
              slots(sources, physical),
              slot -> List.of(down(slot)),
              slot -> down(slot, row),
              scheme);
        });
  }

  private List<Slot> slots(List<String> sources, long physical) {
    Span ids = topology.expertShare(rank).span(physical, "experts");
    List<Slot> slots = new ArrayList<>();
    for (long id = ids.begin(); id < ids.end(); id++) {
      slots.add(slot(id % count, sources.subList(0, Math.min(MODULES, sources.size()))));
    }
    if (sources.size() > MODULES) {
      slots.add(slot(count, sources.subList(MODULES, sources.size())));
    }
    return slots;
  }

  /** What experts' names begin with. */
  private static String module(String source) {
    int end = source.indexOf(".X.");
    return source.substring(0, end < 0 ? source.lastIndexOf('.') : end);
  }

  private static Slot slot(long expert, List<String> modules) {
    return new Slot(
        expert, modules.stream().map(name -> name.replace(".X.", "." + expert + ".")).toList());
  }

  private ExpertLayout layout(String name, Scheme scheme, TableScope stored) {
    if (scheme == Scheme.REFUSED || scheme == Scheme.UNKNOWN) {
      throw new UnpredictableException(weights.quantization().refusal());
    }
    stored
        .first(table.refuseExperts())
        .ifPresent(
            reason -> {
              throw new UnpredictableException(reason);
            });
    ExpertLayout layout = ExpertLayout.valueOf((String) stored.named("layout").orElseThrow());
    if (scheme == Scheme.BLOCK_FP8 && layout != ExpertLayout.UP_FIRST) {
      Weights.requireWholeBlocks(name, "rows of each expert", held.length());
    } else if (scheme == Scheme.BLOCK_FP8 && held.length() % Weights.BLOCK != 0) {
      throw new UnpredictableException(
          "experts of %s rows on a rank are padded to blocks of 128".formatted(held.length()));
    }
    return layout;
  }

  private Recipe first(List<Slot> slots, TableRow row, ExpertLayout layout, Scheme scheme) {
    int above = layout == ExpertLayout.UP_FIRST ? 1 : 0;
    if (layout == ExpertLayout.INTERLEAVED) {
      return stacked(
          slots,
          slot -> List.of(),
          slot -> new Joined(Way.BY_TURNS, List.of(half(slot, 0, row), half(slot, 1, row))),
          scheme);
    }
    return stacked(
        slots,
        slot -> List.of(half(slot, above), half(slot, 1 - above)),
        slot -> Joined.of(List.of(half(slot, above, row), half(slot, 1 - above, row))),
        scheme);
  }

  private Recipe stacked(
      List<Slot> slots,
      Function<Slot, List<Piece>> pieces,
      Function<Slot, Recipe> plain,
      Scheme scheme) {
    if (scheme == Scheme.NONE) {
      return stacked(slots, plain);
    }
    return Weights.loaded(
        stacked(slots, slot -> weights.quantized(pieces.apply(slot))),
        stacked(slots, slot -> weights.scales(pieces.apply(slot))),
        loading);
  }

  private static Recipe stacked(List<Slot> slots, Function<Slot, Recipe> recipe) {
    return new Joined(Way.STACKED, slots.stream().map(recipe).toList());
  }

  /** Of gate, 0, or up, 1: the module's piece. */
  private Piece half(Slot slot, int half) {
    requireModules(slot);
    return new Piece(
        slot.modules().get(half), List.of(size, hidden), held, 0, Span.whole(hidden), 0);
  }

  private Piece down(Slot slot) {
    requireModules(slot);
    return new Piece(slot.modules().get(2), List.of(hidden, size), Span.whole(hidden), 0, held, 0);
  }

  private static void requireModules(Slot slot) {
    if (slot.modules().size() != MODULES) {
      throw new UnpredictableException(
          "Shardsum supports fp8 only with a tensor for each expert, not in "
              + slot.modules().get(0));
    }
  }

  private Recipe half(Slot slot, int half, TableRow row) {
    Span ofStack = new Span(half * size + held.begin(), held.length());
    return row.operation() == Operation.EXPERTS
        ? plain(half(slot, half))
        : ofStack(slot, 0, row, new Cut(ofStack, 2 * size), new Cut(Span.whole(hidden), hidden));
  }

  private Recipe down(Slot slot, TableRow row) {
    return row.operation() == Operation.EXPERTS
        ? plain(down(slot))
        : ofStack(slot, 1, row, new Cut(Span.whole(hidden), hidden), new Cut(held, size));
  }

  /** Some rows or columns, and how many there are. */
  private record Cut(Span held, long all) {}

  /** Of the source that has a matrix for each expert, which may lie transposed. */
  private Recipe ofStack(Slot slot, int source, TableRow row, Cut rows, Cut columns) {
    boolean isTransposed = row.operation() == Operation.TRANSPOSED_EXPERTS;
    Cut stored = isTransposed ? columns : rows;
    Cut inRow = isTransposed ? rows : columns;
    SourceTensor stack =
        weights
            .checkpoint()
            .get(slot.modules().get(source), List.of(count, stored.all(), inRow.all()));
    Recipe part =
        Cast.to(weights.dtype(), Slice.ofMatrix(stack, slot.expert(), stored.held(), inRow.held()));
    return isTransposed ? new Transposed(part) : part;
  }

  private Recipe plain(Piece piece) {
    return weights.tensor(Weights.ofWeights(List.of(piece)), weights.dtype());
  }
}
