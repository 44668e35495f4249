package io.shardsum.scan.checkpoint;

import io.shardsum.expect.Expectation;
import io.shardsum.expect.model.Checkpoint;
import io.shardsum.expect.model.EngineRelease;
import io.shardsum.expect.model.EngineSetup;
import io.shardsum.expect.model.ExpectException;
import io.shardsum.expect.model.Gpu;
import io.shardsum.expect.model.Topology;
import io.shardsum.fleet.Authority;
import io.shardsum.fleet.CheckpointSpec;
import io.shardsum.fleet.Digest;
import io.shardsum.fleet.EndpointKind;
import io.shardsum.fleet.EngineInventory;
import io.shardsum.fleet.FleetException;
import io.shardsum.fleet.Inventory;
import io.shardsum.fleet.LiveSpec;
import io.shardsum.fleet.Parallelism;
import io.shardsum.fleet.SkipProfile;
import io.shardsum.fleet.Visibility;
import io.shardsum.io.ReadCounts;
import io.shardsum.io.ReadSettings;
import io.shardsum.io.ShardOpener;
import io.shardsum.scan.plan.Baseline;
import io.shardsum.tables.ReferenceException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** From a fleet's description to what its engines must hold. Reads headers, no weights. */
public final class ExpectedPlans {

  /** An engine, as far as it matters, whether its files or its answers are compared. */
  private record Member(
      String name,
      String group,
      Optional<String> model,
      Optional<String> revision,
      Parallelism parallelism,
      SkipProfile profile,
      List<String> skip,
      Digest digest,
      Visibility visibility) {

    static Member of(EngineInventory engine) {
      return new Member(
          engine.spec().name(),
          engine.group(),
          engine.spec().model(),
          engine.spec().revision(),
          engine.spec().parallelism(),
          engine.spec().profile(),
          engine.spec().skip(),
          engine.spec().digest(),
          engine.spec().visibility());
    }

    static Member of(LiveSpec engine) {
      return new Member(
          engine.engine(),
          engine.group(),
          engine.model(),
          engine.revision(),
          engine.parallelism(),
          engine.profile(),
          engine.skip(),
          digestOf(engine.endpoint().kind()),
          engine.visibility());
    }
  }

  private final Inventory inventory;
  private final Optional<Baseline> baseline;
  private final ReadSettings reading;
  private final Configuration conf;

  ExpectedPlans(
      Inventory inventory, Optional<Baseline> baseline, ReadSettings reading, Configuration conf) {
    this.inventory = inventory;
    this.baseline = baseline;
    this.reading = reading;
    this.conf = conf;
  }

  /** What an engine of a kind reports. */
  public static Digest digestOf(EndpointKind kind) {
    return switch (kind) {
      case SGLANG -> Digest.SGLANG;
      case VLLM -> Digest.SHA256;
    };
  }

  /**
   * One for each comparison group in which an engine names its checkpoint.
   *
   * @throws ReferenceException if a checkpoint cannot be read, no such engine starts from it, or
   *     there is another reference besides
   */
  List<ExpectedModel> models() {
    Map<String, List<Member>> groups = new LinkedHashMap<>();
    inventory.engines().stream().map(Member::of).forEach(member -> add(member, groups));
    inventory.live().stream().map(Member::of).forEach(member -> add(member, groups));
    List<ExpectedModel> models = new ArrayList<>();
    groups.forEach((group, members) -> model(group, members).ifPresent(models::add));
    return models;
  }

  private static void add(Member member, Map<String, List<Member>> groups) {
    groups.computeIfAbsent(member.group(), any -> new ArrayList<>()).add(member);
  }

  private Optional<ExpectedModel> model(String group, List<Member> members) {
    List<String> engines =
        members.stream()
            .map(Member::name)
            .filter(inventory.checkpoints()::containsKey)
            .distinct()
            .toList();
    if (engines.isEmpty()) {
      return Optional.empty();
    }
    refuseOtherReferences(group, engines.get(0));
    CheckpointSpec spec = inventory.checkpoints().get(engines.get(0));
    for (String other : engines) {
      if (!inventory.checkpoints().get(other).equals(spec)) {
        throw new ReferenceException(
            "Cannot compare engines %s and %s of %s with one checkpoint: they name different ones, or different ways to load it"
                .formatted(engines.get(0), other, group));
      }
    }
    try {
      return Optional.of(planned(group, members, spec));
    } catch (ExpectException | FleetException | UncheckedIOException e) {
      throw new ReferenceException(
          "Cannot compare engine %s with checkpoint %s: %s"
              .formatted(engines.get(0), spec.directory(), e.getMessage()));
    }
  }

  private void refuseOtherReferences(String group, String engine) {
    baseline.ifPresent(
        b -> {
          throw new ReferenceException(
              "Cannot compare with baseline %s: engine %s has a checkpoint: expected one reference, not two"
                  .formatted(b, engine));
        });
    inventory.engines().stream()
        .filter(other -> other.group().equals(group))
        .filter(other -> other.spec().authority() == Authority.REFERENCE)
        .findFirst()
        .ifPresent(
            other -> {
              throw new ReferenceException(
                  "Cannot compare %s: engine %s is trusted, and engine %s has a checkpoint: expected one reference, not two"
                      .formatted(group, other.spec().name(), engine));
            });
  }

  private ExpectedModel planned(String group, List<Member> members, CheckpointSpec spec) {
    Member first = members.get(0);
    Parallelism sizes = first.parallelism();
    EngineSetup setup =
        new EngineSetup(
            EngineRelease.parse(spec.runtime()),
            new Topology(sizes.tp(), sizes.pp(), sizes.ep(), sizes.attentionDp()),
            Gpu.parse(spec.gpu().orElse("sm90")),
            spec.dtype(),
            spec.settings(),
            spec.whole());
    Checkpoint checkpoint =
        Checkpoint.open(
            spec.directory(), setup, conf, new ShardOpener(conf, reading, new ReadCounts()));
    List<String> skip = new ArrayList<>(first.profile().patterns());
    skip.addAll(first.skip());
    return new ExpectedModel(
        group,
        members.stream().map(Member::name).distinct().toList(),
        first.model(),
        first.revision(),
        sizes,
        spec,
        checkpoint,
        setup,
        Expectation.of(checkpoint, setup),
        digest(members),
        skip,
        members.stream().allMatch(member -> member.visibility().equals(Visibility.ALL_HOSTS))
            ? Visibility.ALL_HOSTS
            : Visibility.THIS_HOST);
  }

  private static Digest digest(List<Member> members) {
    Set<Digest> asked = EnumSet.noneOf(Digest.class);
    members.forEach(member -> asked.add(member.digest()));
    return asked.size() == 1 ? asked.iterator().next() : Digest.BOTH;
  }
}
