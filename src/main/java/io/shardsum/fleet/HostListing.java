package io.shardsum.fleet;

import io.shardsum.io.ListedFile;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * What the disk of one host has of engines: taken there, by a task, and sent to the driver. Paths
 * name the host.
 *
 * @param ranks exactly the expected ones of an engine, ascending
 * @param problems what is wrong beyond single ranks
 */
public record HostListing(List<RankInventory> ranks, List<Problem> problems)
    implements Serializable {

  /** Copies the lists. */
  public HostListing {
    ranks = List.copyOf(ranks);
    problems = List.copyOf(problems);
  }

  /**
   * What of an engine's description says where its files are. It travels to a task.
   *
   * @param pattern null: one of the known ones
   */
  public record Request(
      String engine,
      Layout layout,
      Parallelism parallelism,
      String shards,
      String pattern,
      List<Draft> drafts,
      List<String> ignored)
      implements Serializable {

    /** Copies the lists. */
    public Request {
      drafts = List.copyOf(drafts);
      ignored = List.copyOf(ignored);
    }

    /** Of an engine. */
    public static Request of(EngineSpec engine) {
      return new Request(
          engine.name(),
          engine.layout(),
          engine.parallelism(),
          engine.shards(),
          text(engine.pattern()),
          engine.drafts().stream()
              .map(draft -> new Draft(draft.role(), draft.shards(), text(draft.pattern())))
              .toList(),
          engine.ignored().patterns());
    }

    private static String text(Optional<ShardPattern> pattern) {
      return pattern.map(ShardPattern::text).orElse(null);
    }

    private EngineSpec spec() {
      return new EngineSpec(
          engine,
          Optional.empty(),
          Optional.empty(),
          layout,
          parallelism,
          shards,
          Optional.ofNullable(pattern).map(ShardPattern::parse),
          drafts.stream().map(Draft::spec).toList(),
          SkipProfile.newest(),
          List.of(),
          Digest.SGLANG,
          Authority.PEER,
          new IgnoredFiles(ignored),
          Visibility.THIS_HOST);
    }
  }

  /** A draft model of a {@link Request}. */
  public record Draft(String role, String shards, String pattern) implements Serializable {
    private DraftSpec spec() {
      return new DraftSpec(role, shards, Optional.ofNullable(pattern).map(ShardPattern::parse));
    }
  }

  /**
   * Lists the directories of some engines on the host that this runs on.
   *
   * @param host as the description names it
   * @return in the order of the engines
   */
  public static List<HostListing> take(List<Request> engines, String host, Configuration conf) {
    List<ListedEngine> listed =
        BoundedPool.map(
            engines,
            engine ->
                ListedEngine.of(
                    EngineStorage.list(engine.spec(), conf), engine.spec(), engine.engine()));
    return ListedEngine.withUnreadWeights(listed).stream()
        .map(engine -> located(engine, host))
        .toList();
  }

  private static HostListing located(EngineInventory engine, String host) {
    List<RankInventory> ranks = new ArrayList<>();
    for (RankInventory rank : engine.ranks()) {
      ranks.add(
          new RankInventory(
              rank.rank(),
              rank.tpRank(),
              rank.ppRank(),
              rank.dpRank(),
              rank.state(),
              rank.reason().isEmpty() ? "" : host + ": " + rank.reason(),
              rank.files().stream().map(file -> located(file, host)).toList()));
    }
    List<Problem> problems =
        engine.problems().stream()
            .map(
                problem ->
                    new Problem(
                        problem.kind(),
                        host + ": " + problem.detail(),
                        ListedFile.on(host, problem.path())))
            .toList();
    return new HostListing(ranks, problems);
  }

  private static ShardFile located(ShardFile file, String host) {
    ListedFile listed = file.listed().on(host);
    boolean local = listed.host().isPresent();
    return new ShardFile(
        listed,
        file.role(),
        file.part(),
        local ? host + " " + file.identity() : file.identity(),
        file.version());
  }

  /** Whether the host has files of a rank, whatever their state. */
  boolean has(int rank) {
    return !ranks.get(rank).files().isEmpty();
  }
}
