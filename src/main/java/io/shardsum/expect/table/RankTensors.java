package io.shardsum.expect.table;

import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.ExpectedRank;
import io.shardsum.expect.model.ExpectedTensor;
import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.model.Refusal;
import io.shardsum.expect.model.Share;
import io.shardsum.expect.model.SizeLimits;
import io.shardsum.expect.model.Stage;
import io.shardsum.expect.model.Topology;
import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Either;
import io.shardsum.expect.recipe.Joined;
import io.shardsum.expect.recipe.Joined.Way;
import io.shardsum.expect.recipe.Numbers;
import io.shardsum.expect.recipe.PlusOne;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.Transposed;
import io.shardsum.expect.recipe.UnlessEqual;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.expect.recipe.Zeros;
import io.shardsum.expect.table.TableSource.Dimension;
import io.shardsum.expect.table.TableSource.Term;
import io.shardsum.safetensors.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** What one rank holds, row by row of a table. */
final class RankTensors {
  private static final String HEAD = "lm_head.weight";
  private static final String TWO_HEADS =
      "config.json has tie_word_embeddings and the checkpoint a lm_head.weight with other bytes than"
          + " the embedding: the engine keeps the one that it loads last";
  private static final Map<String, String> COUNTS = Map.of("B", "blocks", "M", "mergers");

  private final ModelTable table;
  private final Topology topology;
  private final Weights weights;
  private final int rank;
  private final Set<TableRow> once = new HashSet<>();
  private final List<ExpectedTensor> tensors = new ArrayList<>();
  private final List<Refusal> refused = new ArrayList<>();

  RankTensors(ModelTable table, Topology topology, Weights weights, int rank) {
    this.table = table;
    this.topology = topology;
    this.weights = weights;
    this.rank = rank;
  }

  /**
   * All tensors of the rank.
   *
   * @throws ExpectException if the engine would not start
   */
  ExpectedRank of(Stage stage, TableScope ofModel) {
    TableScope scope =
        ofModel
            .with("first", stage.isFirst())
            .with("last", stage.isLast())
            .with("stage", (long) stage.index())
            .with("by_tp", topology.tensorShare(rank))
            .with("by_attention", topology.attentionShare(rank))
            .with("by_moe", topology.insideExpertShare(rank))
            .with("whole", Share.WHOLE);
    List<TableRow> rows = table.rows();
    int begin = 0;
    while (begin < rows.size()) {
      Optional<String> loop = rows.get(begin).loop();
      int end = begin + 1;
      while (end < rows.size() && rows.get(end).loop().equals(loop)) {
        end++;
      }
      List<TableRow> block = rows.subList(begin, end);
      if (loop.isEmpty()) {
        block.forEach(row -> add(row, scope));
      } else {
        Span span = loop.get().equals("L") ? stage.layers() : others(loop.get(), scope);
        for (long index = span.begin(); index < span.end(); index++) {
          TableScope inside = scope.with(loop.get(), index);
          block.forEach(row -> add(row, inside));
        }
      }
      begin = end;
    }
    return new ExpectedRank(rank, tensors, refused);
  }

  private Span others(String loop, TableScope scope) {
    Expression count = Expression.parse(COUNTS.get(loop));
    long blocks = scope.number(count);
    SizeLimits.requireLayers(blocks, topology.tp());
    return Span.whole(blocks);
  }

  private void add(TableRow row, TableScope scope) {
    if (!scope.holds(row.when())) {
      return;
    }
    String name = table.heldName(scope.filled(row.name()));
    switch (row.operation()) {
      case REPLICATED, COLUMN, MERGED, QKV, ROTARY_QKV, ROW -> module(name, row, scope);
      case EXPERTS, STACKED_EXPERTS, TRANSPOSED_EXPERTS ->
          new ExpertTensors(table, topology, weights, rank, this::add).add(name, row, scope);
      case VOCABULARY, EITHER_VOCABULARY, UNEQUAL_VOCABULARY -> vocabulary(name, row, scope);
      case AXIS_MAP -> axisMap(name, row, scope);
      case REFUSED -> refused.add(new Refusal(name, scope.message(row.reason())));
      default -> add(name, () -> tensor(row, scope));
    }
  }

  private void module(String name, TableRow row, TableScope scope) {
    List<Piece> pieces = pieces(row, scope);
    Weights.ofWeights(pieces).forEach(piece -> weights.checkpoint().note(piece.name()));
    boolean isShared = row.operation() != Operation.REPLICATED;
    add(
        name + ".weight",
        () ->
            row.isPlain()
                ? weights.tensor(Weights.ofWeights(pieces), dtype(row))
                : row.operation() == Operation.ROTARY_QKV
                    ? weights.rotary(name, pieces, headRows(row, scope))
                    : weights.module(name, pieces, isShared));
    switch (row.isPlain() ? Scheme.NONE : weights.scheme(name, pieces)) {
      case CHANNEL_FP8 -> add(name + ".weight_scale", () -> weights.channelScales(pieces));
      case TENSOR_FP8 -> add(name + ".weight_scale", () -> weights.tensorScales(pieces));
      case STATIC_FP8 -> {
        add(name + ".weight_scale", () -> weights.tensorScales(pieces));
        add(name + ".input_scale", () -> weights.inputScale(pieces));
      }
      default -> {}
    }
    if (row.bias().isPresent() && scope.holds(row.bias())) {
      add(name + ".bias", () -> weights.bias(pieces));
    }
  }

  private Recipe tensor(TableRow row, TableScope scope) {
    TableSource source = row.sources().get(0);
    return switch (row.operation()) {
      case DEQUANTIZED -> weights.dequantized(pieces(row, scope), dtype(row));
      case PLUS_ONE -> new PlusOne(weights.tensor(pieces(row, scope), dtype(row)));
      case EMPTY -> new Zeros(dtype(row), List.of(0L));
      case POSITIONS -> positions(scope.number(source.dimensions().get(1).terms().get(0).count()));
      case ON_FIRST -> onFirst(row, scope);
      case HEAD_KEYS -> byHead(row, scope, 0, 1);
      case HEAD_VALUES -> byHead(row, scope, 1, 2);
      case TRANSPOSED_COLUMNS, TRANSPOSED_ROWS -> transposed(row, scope);
      default -> weights.tensor(pieces(row, scope), dtype(row));
    };
  }

  private static long headRows(TableRow row, TableScope scope) {
    return scope.number(row.sources().get(0).dimensions().get(0).terms().get(0).unit());
  }

  private DType dtype(TableRow row) {
    return row.dtype().orElse(weights.dtype());
  }

  private List<Piece> pieces(TableRow row, TableScope scope) {
    Share share =
        row.operation().isWhole() || row.group().isEmpty() ? Share.WHOLE : scope.share(row.group());
    List<Piece> pieces = new ArrayList<>();
    for (TableSource source : row.sources()) {
      String name = table.storedName(scope.filled(source.name()));
      List<Dimension> dimensions = source.dimensions();
      List<Long> shape = dimensions.stream().map(dimension -> size(dimension, scope)).toList();
      if (row.operation().cutsColumns()) {
        Cut columns = cut(dimensions.get(1).terms().get(0), scope, share);
        pieces.add(
            new Piece(name, shape, Span.whole(shape.get(0)), 0, columns.real(), columns.zeros()));
        continue;
      }
      long begin = 0;
      for (Term term : dimensions.get(0).terms()) {
        boolean isOfKeys =
            row.operation() == Operation.KEY_ROWS || (row.operation().isQkv() && !pieces.isEmpty());
        Share ofTerm = isOfKeys ? keyShare(share, scope.number(term.count())) : share;
        Cut rows = cut(term, scope, ofTerm);
        pieces.add(
            new Piece(
                name,
                shape,
                new Span(begin + rows.real().begin(), rows.real().length()),
                rows.zeros(),
                Span.whole(Piece.columns(shape)),
                0));
        begin += scope.number(term.count()) * scope.number(term.unit());
      }
    }
    return pieces;
  }

  /** Elements of a term that a rank holds, and zeros behind them. */
  private record Cut(Span real, long zeros) {}

  private static Cut cut(Term term, TableScope scope, Share share) {
    long count = scope.number(term.count());
    long padded = (count + term.multiple() - 1) / term.multiple() * term.multiple();
    Span held = share.span(padded, scope.label(term.count()));
    return cut(count, held, scope.number(term.unit()));
  }

  /** Of units that there are as many of as {@code count}, and zeros behind them. */
  private static Cut cut(long count, Span held, long unit) {
    long begin = Math.min(held.begin(), count);
    long end = Math.min(held.end(), count);
    return new Cut(
        new Span(begin * unit, (end - begin) * unit), (held.length() - (end - begin)) * unit);
  }

  private static long size(Dimension dimension, TableScope scope) {
    return dimension.terms().stream()
        .mapToLong(
            term -> Math.multiplyExact(scope.number(term.count()), scope.number(term.unit())))
        .reduce(0, Math::addExact);
  }

  /** With more ranks than heads of keys, neighbours hold the same one. */
  private static Share keyShare(Share share, long heads) {
    if (share.count() < heads) {
      return share;
    }
    if (share.count() % heads != 0) {
      throw new ExpectException(
          "num_key_value_heads %s cannot be given to %s ranks equally: expected a divisor"
              .formatted(heads, share.count()));
    }
    return new Share((int) heads, share.index() / (int) (share.count() / heads));
  }

  private void vocabulary(String name, TableRow row, TableScope scope) {
    String module = name.substring(0, name.lastIndexOf('.'));
    if (name.endsWith(HEAD)
        && weights.quantization().scheme(module, List.of(module)) == Scheme.UNKNOWN) {
      refused.add(new Refusal(name, weights.quantization().refusal()));
      return;
    }
    add(
        name,
        () -> {
          Recipe own = vocabulary(row, 0, scope);
          return switch (row.operation()) {
            case EITHER_VOCABULARY -> new Either(own, vocabulary(row, 1, scope), TWO_HEADS);
            case UNEQUAL_VOCABULARY -> new UnlessEqual(own, vocabulary(row, 1, scope));
            default -> own;
          };
        });
  }

  /** All ranks have as many rows, zeros at the end. */
  private Recipe vocabulary(TableRow row, int source, TableScope scope) {
    List<Long> shape =
        row.sources().get(0).dimensions().stream().map(of -> size(of, scope)).toList();
    Share share = scope.share(row.group());
    long padded =
        scope.with("rows", shape.get(0)).with("ranks", (long) share.count()).number("padded_rows");
    Cut rows = cut(shape.get(0), share.span(padded, "vocabulary of rows, padded,"), 1);
    String name = table.storedName(scope.filled(row.sources().get(source).name()));
    Piece piece =
        new Piece(name, shape, rows.real(), rows.zeros(), Span.whole(Piece.columns(shape)), 0);
    return weights.tensor(List.of(piece), dtype(row));
  }

  private void axisMap(String name, TableRow row, TableScope scope) {
    if (once.add(row)) {
      long headDim = size(row.sources().get(0).dimensions().get(0), scope);
      AxisMap.of(scope.config(), headDim).ifPresent(map -> add(name, () -> map));
    }
  }

  private static Numbers positions(long count) {
    return new Numbers(LongStream.range(0, count).boxed().toList(), List.of(1L, count));
  }

  private Recipe onFirst(TableRow row, TableScope scope) {
    Recipe whole = weights.tensor(pieces(row.with(Operation.WHOLE), scope), dtype(row));
    return scope.share(row.group()).index() == 0 ? whole : new Zeros(whole.dtype(), whole.shape());
  }

  /** Experts' matrices [experts, rows, columns], each transposed; a share of rows or columns. */
  private Recipe transposed(TableRow row, TableScope scope) {
    TableSource source = row.sources().get(0);
    List<Dimension> of = source.dimensions();
    List<Long> shape = of.stream().map(dimension -> size(dimension, scope)).toList();
    boolean cutsRows = row.operation() == Operation.TRANSPOSED_ROWS;
    Span held =
        cut(of.get(cutsRows ? 1 : 2).terms().get(0), scope, scope.share(row.group())).real();
    SourceTensor matrices =
        weights.checkpoint().get(table.storedName(scope.filled(source.name())), shape);
    return stacked(
        shape.get(0),
        expert ->
            new Transposed(
                Cast.to(
                    dtype(row),
                    Slice.ofMatrix(
                        matrices,
                        expert,
                        cutsRows ? held : Span.whole(shape.get(1)),
                        cutsRows ? Span.whole(shape.get(2)) : held))));
  }

  /** Of {@code [heads, keys, values, columns]}: each head's rows are those of keys, then values. */
  private Recipe byHead(TableRow row, TableScope scope, int from, int to) {
    List<Dimension> of = row.sources().get(0).dimensions();
    long[] rows = {0, size(of.get(1), scope), size(of.get(1), scope) + size(of.get(2), scope)};
    Span heads = cut(of.get(0).terms().get(0), scope, scope.share(row.group())).real();
    long columns = size(of.get(3), scope);
    String module = table.storedName(scope.filled(row.sources().get(0).name()));
    if (weights.quantization().scheme(module, List.of(module)) != Scheme.NONE) {
      throw new UnpredictableException(weights.quantization().refusal());
    }
    List<Long> shape = List.of(size(of.get(0), scope) * rows[2], columns);
    CheckpointTensors checkpoint = weights.checkpoint();
    Recipe heldHeads =
        stacked(
            heads.length(),
            head -> {
              Span held =
                  new Span((heads.begin() + head) * rows[2] + rows[from], rows[to] - rows[from]);
              Slice slice =
                  new Slice(checkpoint.get(module + ".weight", shape), held, Span.whole(columns));
              return from == 0 ? slice : new Transposed(slice);
            });
    return Cast.to(dtype(row), heldHeads);
  }

  private static Recipe stacked(long count, LongFunction<Recipe> part) {
    return new Joined(Way.STACKED, LongStream.range(0, count).mapToObj(part).toList());
  }

  /** A tensor made by the recipe; refused if it turns out that it cannot be predicted. */
  private void add(String name, Supplier<Recipe> recipe) {
    try {
      tensors.add(new ExpectedTensor(name, recipe.get()));
    } catch (UnpredictableException e) {
      refused.add(new Refusal(name, e.getMessage()));
    }
  }
}
