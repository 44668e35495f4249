package io.shardsum.expect.table;

import io.shardsum.expect.model.CheckpointTensors;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Fp8Loading;
import io.shardsum.expect.model.Quantization;
import io.shardsum.expect.model.Quantization.Scheme;
import io.shardsum.expect.recipe.Cast;
import io.shardsum.expect.recipe.Dequantized;
import io.shardsum.expect.recipe.Joined;
import io.shardsum.expect.recipe.Largest;
import io.shardsum.expect.recipe.Recipe;
import io.shardsum.expect.recipe.Requantized;
import io.shardsum.expect.recipe.Slice;
import io.shardsum.expect.recipe.SourceTensor;
import io.shardsum.expect.recipe.Span;
import io.shardsum.expect.recipe.Transposed;
import io.shardsum.expect.recipe.UnpredictableException;
import io.shardsum.expect.recipe.Zeros;
import io.shardsum.safetensors.DType;
import io.shardsum.text.ForeignText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The recipes of pieces, as the engine stores them.
 *
 * @param dtype of parameters that are not said to have another
 * @param loading of linear modules
 * @param missingBias what becomes of a bias that the checkpoint does not have
 */
record Weights(
    CheckpointTensors checkpoint,
    DType dtype,
    Quantization quantization,
    Fp8Loading loading,
    MissingBias missingBias) {
  static final long BLOCK = 128;

  enum MissingBias {
    ZERO,
    REFUSED
  }

  /**
   * A linear module's weight, as the engine's checksum sees it.
   *
   * @param isShared whether ranks share it
   */
  Recipe module(String name, List<Piece> pieces, boolean isShared) {
    return switch (scheme(name, pieces)) {
      case NONE -> tensor(ofWeights(pieces), dtype);
      case BLOCK_FP8 -> dequantized(name, pieces, isShared);
      case CHANNEL_FP8, TENSOR_FP8, STATIC_FP8 -> new Transposed(quantized(pieces));
      case REFUSED, UNKNOWN, EXPERTS -> throw new UnpredictableException(quantization.refusal());
    };
  }

  Scheme scheme(String name, List<Piece> pieces) {
    return quantization.scheme(name, pieces.stream().map(Piece::name).distinct().toList());
  }

  /**
   * The weight of a module of queries, keys and values; of each head of the first two the even rows
   * lie above the odd ones.
   *
   * @param headRows of each head
   */
  Recipe rotary(String name, List<Piece> pieces, long headRows) {
    if (scheme(name, pieces) != Scheme.NONE) {
      throw new UnpredictableException("it is not known how the engine loads a quantized " + name);
    }
    List<Recipe> parts = new ArrayList<>();
    for (Piece piece : ofWeights(pieces.subList(0, 2))) {
      SourceTensor source = checkpoint.get(piece.name(), piece.shape());
      SourceTensor pairs =
          source.as(List.of(source.rows() / 2, Math.multiplyExact(2, source.columns())));
      Span even = Span.whole(source.columns());
      Span odd = new Span(source.columns(), source.columns());
      for (long head = piece.rows().begin(); head < piece.rows().end(); head += headRows) {
        Span rows = new Span(head / 2, headRows / 2);
        parts.add(Cast.to(dtype, new Slice(pairs, rows, even)));
        parts.add(Cast.to(dtype, new Slice(pairs, rows, odd)));
      }
    }
    parts.add(tensor(ofWeights(pieces.subList(2, pieces.size())), dtype));
    return Joined.of(parts);
  }

  /** The scales of modules' weights in FP8 with one for each row. */
  Recipe channelScales(List<Piece> pieces) {
    return joined(
        pieces,
        piece ->
            Cast.to(
                DType.F32,
                new Slice(
                    checkpoint.get(
                        piece.name() + ".weight_scale", List.of(piece.shape().get(0), 1L)),
                    piece.rows(),
                    Span.whole(1))));
  }

  /** The scales of modules' weights in FP8 with one for each, which stands in each row of it. */
  Recipe tensorScales(List<Piece> pieces) {
    return joined(
        pieces,
        piece ->
            new Largest(
                List.of(number(piece.name() + ".weight_scale")),
                List.of(piece.rows().length(), 1L)));
  }

  /** The one scale of the activations of modules that are one in the engine. */
  Recipe inputScale(List<Piece> pieces) {
    return new Largest(
        pieces.stream().map(piece -> number(piece.name() + ".input_scale")).toList(), List.of());
  }

  private Recipe number(String name) {
    boolean isList = checkpoint.find(name).filter(one -> !one.shape().isEmpty()).isPresent();
    SourceTensor number = checkpoint.get(name, isList ? List.of(1L) : List.of());
    return Cast.to(DType.F32, Slice.whole(number.as(List.of())));
  }

  static List<Piece> ofWeights(List<Piece> pieces) {
    return pieces.stream().map(piece -> piece.named(piece.name() + ".weight")).toList();
  }

  /** Pieces below each other. */
  Recipe tensor(List<Piece> pieces, DType to) {
    return Joined.of(pieces.stream().map(piece -> tensor(piece, to)).toList());
  }

  private Recipe tensor(Piece piece, DType to) {
    Recipe part = Cast.to(to, slice(piece));
    if (piece.zeroColumns() > 0) {
      Zeros zeros = new Zeros(to, List.of(piece.rows().length(), piece.zeroColumns()));
      part = new Joined(Joined.Way.BESIDE, List.of(part, zeros));
    }
    if (piece.zeroRows() > 0) {
      List<Long> shape = new ArrayList<>(part.shape());
      shape.set(0, piece.zeroRows());
      part = Joined.of(List.of(part, new Zeros(to, shape)));
    }
    return part;
  }

  private Slice slice(Piece piece) {
    SourceTensor source = checkpoint.get(piece.name(), piece.shape());
    return new Slice(source, piece.rows(), piece.columns());
  }

  /** A linear module's bias. */
  Recipe bias(List<Piece> pieces) {
    return Joined.of(pieces.stream().map(piece -> bias(piece.ofBias())).toList());
  }

  private Recipe bias(Piece piece) {
    return missingBias == MissingBias.ZERO && checkpoint.find(piece.name()).isEmpty()
        ? new Zeros(dtype, List.of(piece.rows().length() + piece.zeroRows()))
        : tensor(piece, dtype);
  }

  /** Modules' weights below each other, those that are in FP8 as bf16. */
  Recipe dequantized(List<Piece> pieces, DType to) {
    return joined(
        pieces,
        piece ->
            slice(piece.named(piece.name() + ".weight")).dtype() == DType.F8_E4M3
                ? Cast.to(to, Dequantized.of(quantized(List.of(piece)), scales(List.of(piece))))
                : tensor(ofWeights(List.of(piece)), to));
  }

  private Recipe dequantized(String name, List<Piece> pieces, boolean isShared) {
    for (Piece piece : pieces) {
      if ((isShared && pieces.size() > 1) || !piece.hasWholeRows()) {
        requireWholeBlocks(piece.name(), "rows", piece.rows().length());
      }
      if (!piece.hasWholeColumns()) {
        requireWholeBlocks(piece.name(), "columns", piece.columns().length());
      }
    }
    Recipe weight = quantized(pieces);
    Recipe scales = scales(pieces);
    if (scales.shape().get(0) != blocks(weight.shape().get(0))) {
      throw new UnpredictableException(
          "%s has %s rows in blocks of 128, and its parts %s rows of scales"
              .formatted(name, weight.shape().get(0), scales.shape().get(0)));
    }
    return loaded(weight, scales, loading);
  }

  /** The dequantized weight of a pair, after loading. */
  static Recipe loaded(Recipe weight, Recipe scales, Fp8Loading loading) {
    Dequantized pair = Dequantized.of(weight, scales);
    List<Long> shape = weight.shape();
    long rows = shape.get(shape.size() - 2);
    long columns = shape.get(shape.size() - 1);
    return loading.requantizes(rows, columns) ? Requantized.of(pair) : pair;
  }

  /** Modules' weights in FP8. */
  Recipe quantized(List<Piece> pieces) {
    return joined(
        ofWeights(pieces),
        piece -> {
          Slice slice = slice(piece);
          if (slice.dtype() != DType.F8_E4M3) {
            throw new UnpredictableException(
                "%s is %s; config.json asks for F8_E4M3".formatted(slice, slice.dtype()));
          }
          return slice;
        });
  }

  /** The scales of modules' weights in FP8. */
  Recipe scales(List<Piece> pieces) {
    return joined(
        pieces,
        piece -> {
          List<Long> shape =
              List.of(blocks(piece.shape().get(0)), blocks(Piece.columns(piece.shape())));
          SourceTensor scales = checkpoint.get(piece.name() + ".weight_scale_inv", shape);
          return Cast.to(
              DType.F32, new Slice(scales, blocks(piece.rows()), blocks(piece.columns())));
        });
  }

  private static Recipe joined(List<Piece> pieces, Function<Piece, Recipe> recipe) {
    return Joined.of(pieces.stream().map(recipe).toList());
  }

  private static long blocks(long elements) {
    return (elements + BLOCK - 1) / BLOCK;
  }

  private static Span blocks(Span elements) {
    return new Span(elements.begin() / BLOCK, blocks(elements.length()));
  }

  /**
   * Checks that no cut goes through a block.
   *
   * @throws ExpectException as the engine, which does not start
   */
  static void requireWholeBlocks(String module, String what, long length) {
    if (length % BLOCK != 0) {
      throw new ExpectException(
          "%s %s of %s on a rank: expected a multiple of 128, the size of an FP8 block"
              .formatted(length, what, ForeignText.shown(module)));
    }
  }
}
