package io.shardsum.verdict;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * A fleet as records, and what the tables would say of it. Every engine begins with the same
 * weights: its own map of tensors, by rank, for a test to change.
 */
final class RecordedFleet implements Evidence {

  static final String GROUP = "acme/chat@2 tp";
  static final String FAMILY = "acme/chat tp";

  private final Map<String, Map<Integer, Map<TensorName, Content>>> engines = new LinkedHashMap<>();
  private final Map<String, String> storages = new HashMap<>();
  private final Map<List<Object>, RankStatus> statuses = new HashMap<>();
  private final Map<String, RecordedFleet> earlier = new LinkedHashMap<>();
  private final Map<String, Evidence.LastVerified> lastVerified = new HashMap<>();
  private final String revision;
  private final int replicaSize;
  private Optional<Reference> reference = Optional.empty();
  private final List<ComparedGroup> otherGroups = new ArrayList<>();
  private final Set<Content> others = new HashSet<>();
  private int differingAsked;

  RecordedFleet(String revision, int replicaSize) {
    this.revision = revision;
    this.replicaSize = replicaSize;
  }

  /** Engines {@code e0}, {@code e1} and so on, with a draft, each of one replica. */
  static RecordedFleet of(int engines, int ranks, int tensors) {
    RecordedFleet fleet = new RecordedFleet("2", ranks);
    for (int engine = 0; engine < engines; engine++) {
      fleet.add("e" + engine, ranks, weights("2", ranks, tensors));
    }
    return fleet;
  }

  /** All of a revision: every second tensor is the same in every revision, the last is drafted. */
  static Map<Integer, Map<TensorName, Content>> weights(String revision, int ranks, int tensors) {
    Map<Integer, Map<TensorName, Content>> weights = new TreeMap<>();
    for (int rank = 0; rank < ranks; rank++) {
      Map<TensorName, Content> ofRank = new TreeMap<>();
      for (int tensor = 0; tensor < tensors; tensor++) {
        TensorName name = name(tensor, tensors);
        String since = tensor % 2 == 0 ? "always" : revision;
        ofRank.put(name, content(since + " " + rank + " " + tensor));
      }
      weights.put(rank, ofRank);
    }
    return weights;
  }

  static TensorName name(int tensor, int tensors) {
    return new TensorName(tensor == tensors - 1 ? "draft" : "target", "w" + tensor);
  }

  static Content content(String bytes) {
    return new Content("BF16", "[4, 8]", new Digests(Optional.of(hash(bytes)), Optional.empty()));
  }

  static String hash(String text) {
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8))
        .toString()
        .replace("-", "")
        .substring(0, 16);
  }

  void add(String engine, int worldSize, Map<Integer, Map<TensorName, Content>> weights) {
    Map<Integer, Map<TensorName, Content>> copy = new TreeMap<>();
    for (int rank = 0; rank < worldSize; rank++) {
      copy.put(rank, new TreeMap<>(weights.get(rank % replicaSize)));
    }
    engines.put(engine, copy);
    storages.put(engine, engine);
  }

  /** The tensors of an engine's rank, to be changed. */
  Map<TensorName, Content> at(String engine, int rank) {
    return engines.get(engine).get(rank);
  }

  void put(String engine, int rank, Map<TensorName, Content> tensors) {
    engines.get(engine).put(rank, new TreeMap<>(tensors));
  }

  /** Replaces a tensor by one of which both MiBs are other bytes. */
  void replace(String engine, int rank, TensorName name, String bytes) {
    others.add(content(bytes));
    at(engine, rank).put(name, content(bytes));
  }

  List<String> engines() {
    return List.copyOf(engines.keySet());
  }

  void shareStorage(String engine, String other) {
    storages.put(engine, storages.get(other));
  }

  void loseRank(String engine, int rank) {
    statuses.put(List.of(engine, rank), RankStatus.MISSING);
  }

  void remember(String scanId, RecordedFleet scan) {
    earlier.put(scanId, scan);
    scan.engines().forEach(e -> lastVerified.put(e, new Evidence.LastVerified(scanId, at(scanId))));
  }

  private static Instant at(String scanId) {
    return Instant.parse(scanId + "T00:00:00Z");
  }

  void trust(String engine) {
    trust(engine, 0);
  }

  /** Trusts an engine whose ranks can be read from one on. */
  void trust(String engine, int firstRank) {
    Map<Integer, Reference.Rank> ranks = new HashMap<>();
    copies().stream()
        .filter(copy -> copy.engine().equals(engine) && copy.rank() >= firstRank)
        .forEach(
            copy ->
                ranks.put(
                    copy.rankInReplica(),
                    new Reference.Rank(copy.holder(), copy.content().orElseThrow())));
    reference = Optional.of(new Reference("engine " + engine, Optional.of(engine), ranks));
  }

  /** Takes an engine of an earlier scan as the reference. */
  void compareWith(String scanId, String engine) {
    Map<Integer, Reference.Rank> ranks = new HashMap<>();
    for (RankCopy copy : earlier.get(scanId).copies()) {
      if (copy.engine().equals(engine)) {
        RankHolder holder = new RankHolder(Optional.of(scanId), engine, copy.rank());
        ranks.put(copy.rankInReplica(), new Reference.Rank(holder, copy.content().orElseThrow()));
      }
    }
    reference = Optional.of(new Reference("scan " + scanId, Optional.empty(), ranks));
  }

  /** Another group of the same model in the same scan. */
  void alsoScans(RecordedFleet other, String label) {
    other.engines.forEach(engines::put);
    otherGroups.add(
        new ComparedGroup(
            label, FAMILY, Optional.of(other.revision), other.copies(), Optional.empty()));
  }

  FleetVerdict verdict() {
    List<ComparedGroup> groups = new ArrayList<>();
    groups.add(group());
    groups.addAll(otherGroups);
    return new FleetVerdict(groups, this);
  }

  ComparedGroup group() {
    return new ComparedGroup(GROUP, FAMILY, Optional.of(revision), copies(), reference);
  }

  List<RankCopy> copies() {
    Set<String> ofOthers = new HashSet<>();
    otherGroups.forEach(g -> g.copies().forEach(copy -> ofOthers.add(copy.engine())));
    List<RankCopy> copies = new ArrayList<>();
    engines.forEach(
        (engine, ranks) -> {
          if (!ofOthers.contains(engine)) {
            ranks.forEach((rank, tensors) -> copies.add(copy(engine, rank, tensors)));
          }
        });
    return copies;
  }

  private RankCopy copy(String engine, int rank, Map<TensorName, Content> tensors) {
    RankStatus status = statuses.getOrDefault(List.of(engine, rank), RankStatus.COMPLETE);
    String replica = storages.get(engine) + " replica " + rank / replicaSize;
    return new RankCopy(
        engine,
        rank,
        rank % replicaSize,
        status,
        status == RankStatus.COMPLETE ? Optional.of(contentOf(tensors)) : Optional.empty(),
        Map.of("target", replica, "draft", replica + "/draft"),
        tensors.size());
  }

  private static RankContent contentOf(Map<TensorName, Content> tensors) {
    StringBuilder checksums = new StringBuilder();
    StringBuilder metadataRows = new StringBuilder();
    new TreeMap<>(tensors)
        .forEach(
            (name, content) -> {
              checksums.append(name.key()).append(content.digest());
              metadataRows.append(name.key()).append(content.metadata());
            });
    return new RankContent(hash(checksums.toString()), hash(metadataRows.toString()));
  }

  Map<TensorName, Content> held(RankHolder holder) {
    RecordedFleet fleet = holder.scanId().map(earlier::get).orElse(this);
    return fleet.engines.get(holder.engine()).get(holder.rank());
  }

  /** How often tensors were looked up. */
  int differingAsked() {
    return differingAsked;
  }

  @Override
  public List<KnownRank> earlier(String family, String group) {
    List<KnownRank> known = new ArrayList<>();
    List<String> newestFirst = new ArrayList<>(new TreeSet<>(earlier.keySet()).descendingSet());
    for (String scanId : newestFirst) {
      RecordedFleet scan = earlier.get(scanId);
      for (RankCopy copy : scan.copies()) {
        if (copy.engine().equals(scan.engines().get(0))) {
          known.add(
              new KnownRank(
                  new RankHolder(Optional.of(scanId), copy.engine(), copy.rank()),
                  copy.rankInReplica(),
                  copy.content().orElseThrow().checksum(),
                  GROUP.replace("@2", "@" + scan.revision),
                  Optional.of(scan.revision),
                  Optional.of(at(scanId))));
        }
      }
    }
    return known;
  }

  @Override
  public Map<Integer, ReplicaRankContents> differing(Map<Integer, Set<RankHolder>> holders) {
    differingAsked++;
    Map<Integer, ReplicaRankContents> ranksInReplica = new HashMap<>();
    holders.forEach(
        (rankInReplica, ofPlace) -> ranksInReplica.put(rankInReplica, differing(ofPlace)));
    return ranksInReplica;
  }

  private ReplicaRankContents differing(Set<RankHolder> holders) {
    Set<TensorName> names = new TreeSet<>();
    holders.forEach(holder -> names.addAll(held(holder).keySet()));
    names.removeIf(
        name ->
            holders.stream().map(h -> Optional.ofNullable(held(h).get(name))).distinct().count()
                == 1);
    Map<RankHolder, Map<TensorName, HeldTensor>> byHolder = new HashMap<>();
    for (RankHolder holder : holders) {
      Map<TensorName, HeldTensor> differing = new TreeMap<>();
      names.forEach(
          name -> {
            Content content = held(holder).get(name);
            if (content != null) {
              long sum = Long.parseUnsignedLong(content.digest(), 16);
              long first = others.contains(content) ? sum + 1 : 7L;
              differing.put(name, new HeldTensor(content, List.of(first, sum)));
            }
          });
      byHolder.put(holder, differing);
    }
    Map<RankHolder, Map<TensorName, Surroundings>> surroundings = new HashMap<>();
    byHolder.forEach(
        (holder, differing) -> {
          Map<TensorName, Surroundings> around = new HashMap<>();
          differing.keySet().forEach(name -> around.put(name, around(held(holder), name)));
          surroundings.put(holder, around);
        });
    return new ReplicaRankContents(names.size(), byHolder, surroundings);
  }

  /** Each tensor of a rank is in one file, but those of names with {@code part1}. */
  private static Surroundings around(Map<TensorName, Content> rank, TensorName name) {
    return new Surroundings(
        file(name),
        rank.size(),
        rank.keySet().stream().filter(other -> file(other).equals(file(name))).count(),
        rank.keySet().stream()
            .filter(other -> Surroundings.layer(other).equals(Surroundings.layer(name)))
            .count());
  }

  private static String file(TensorName name) {
    return name.tensor().contains("part1") ? "part-1" : "part-0";
  }

  @Override
  public List<Whereabouts> whereabouts(ComparedGroup group, Set<Digests> digests) {
    Map<List<Object>, List<RankCopy>> found = new LinkedHashMap<>();
    for (RankCopy copy : group.copies()) {
      if (copy.content().isPresent()) {
        held(copy.holder())
            .forEach(
                (name, content) ->
                    found
                        .computeIfAbsent(
                            List.of(content.digests(), copy.rankInReplica(), name),
                            any -> new ArrayList<>())
                        .add(copy));
      }
    }
    List<Whereabouts> whereabouts = new ArrayList<>();
    found.forEach(
        (where, copies) -> {
          TensorName name = (TensorName) where.get(2);
          if (digests.contains(where.get(0))) {
            whereabouts.add(
                new Whereabouts(
                    (Digests) where.get(0),
                    (int) where.get(1),
                    name,
                    copies.get(0).holder(),
                    copies.stream().map(copy -> copy.storage(name.role())).distinct().count(),
                    copies.stream().anyMatch(copy -> isReference(group, copy))));
          }
        });
    return whereabouts;
  }

  private static boolean isReference(ComparedGroup group, RankCopy copy) {
    return group
        .reference()
        .flatMap(r -> Optional.ofNullable(r.ranks().get(copy.rankInReplica())))
        .map(rank -> rank.holder().equals(copy.holder()))
        .orElse(false);
  }

  @Override
  public Optional<Evidence.LastVerified> lastVerified(String engine) {
    return Optional.ofNullable(lastVerified.get(engine));
  }
}
