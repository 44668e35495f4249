package io.shardsum.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A running engine as it is described.
 *
 * @param engine its name; the same as that of an {@link EngineSpec} where its files are read, too
 * @param digest that of its files, or the one that they would have
 * @param skip patterns of names that it is asked to leave out
 * @param visibility of its checkpoint, where that is a local directory
 */
public record LiveSpec(
    String engine,
    Optional<String> model,
    Optional<String> revision,
    Parallelism parallelism,
    Digest digest,
    SkipProfile profile,
    List<String> skip,
    Endpoint endpoint,
    Visibility visibility) {

  public LiveSpec {
    requireNonNull(model, "model is null");
    requireNonNull(revision, "revision is null");
    requireNonNull(parallelism, "parallelism is null");
    requireNonNull(digest, "digest is null");
    requireNonNull(profile, "profile is null");
    requireNonNull(endpoint, "endpoint is null");
    requireNonNull(visibility, "visibility is null");
    skip = List.copyOf(skip);
    if (engine.isEmpty()) {
      throw new FleetException("name is empty");
    }
  }

  /** The comparison group of its files, or the one that they would have. */
  public String group() {
    return ComparisonGroup.of(this);
  }

  LiveSpec withDigest(Digest other) {
    return new LiveSpec(
        engine, model, revision, parallelism, other, profile, skip, endpoint, visibility);
  }
}
