package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * Something wrong in an engine's directory.
 *
 * @param detail one line for people
 * @param path the file or directory it is about
 */
public record Problem(ProblemKind kind, String detail, String path) implements Serializable {
  public Problem {
    requireNonNull(kind, "kind is null");
    requireNonNull(detail, "detail is null");
    requireNonNull(path, "path is null");
  }
}
