package io.shardsum.expect.model;

import io.shardsum.expect.recipe.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear module of an engine, on one rank: parts of the checkpoint's modules below each other.
 *
 * @param name the module's name in the engine
 * @param kind how the ranks share it
 */
public record Linear(String name, Kind kind, List<LinearPart> parts) {
  enum Kind {
    REPLICATED,
    SHARED
  }

  public Linear {
    parts = List.copyOf(parts);
  }

  /** Modules below each other, whole on every rank. */
  public static Linear replicated(String name, long inputs, List<Source> sources) {
    return new Linear(name, Kind.REPLICATED, rows(inputs, sources, Share.WHOLE));
  }

  /** A share of the rows. */
  static Linear column(String name, long inputs, Source source, Share share) {
    return merged(name, inputs, List.of(source), share);
  }

  /** A share of the rows of each of the modules. */
  static Linear merged(String name, long inputs, List<Source> sources, Share share) {
    return new Linear(name, Kind.SHARED, rows(inputs, sources, share));
  }

  private static List<LinearPart> rows(long inputs, List<Source> sources, Share share) {
    return sources.stream()
        .map(source -> source.rows(inputs, share.span(source.outputs(), source.what())))
        .toList();
  }

  /** A share of the columns. */
  static Linear row(String name, long inputs, String what, Source source, Share share) {
    LinearPart part =
        new LinearPart(
            source.module(),
            source.outputs(),
            Span.whole(source.outputs()),
            inputs,
            share.span(inputs, what));
    return new Linear(name, Kind.SHARED, List.of(part));
  }

  /** This module with the parts of the other below its own. */
  Linear above(Linear below) {
    List<LinearPart> both = new ArrayList<>(parts);
    both.addAll(below.parts);
    return new Linear(name, kind, both);
  }

  /** Whether it is several modules of the checkpoint, each of which is cut. */
  boolean isFused() {
    return kind == Kind.SHARED && parts.size() > 1;
  }

  /**
   * A module of the checkpoint.
   *
   * @param outputs the rows of its weight
   * @param what what they are, as config.json says it
   */
  public record Source(String module, long outputs, String what) {
    LinearPart rows(long inputs, Span rows) {
      return new LinearPart(module, outputs, rows, inputs, Span.whole(inputs));
    }
  }
}
