package io.shardsum.verdict;

import static io.shardsum.verdict.RecordedFleet.content;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A kind of fault, and what planting it in two ranks of an engine must be found as. */
enum PlantedFault {
  DAMAGED {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.at(engine, rank).put(TARGET, content("other bytes"));
    }
  },
  DAMAGED_DRAFT {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.at(engine, rank).put(DRAFT, content("other bytes"));
    }

    @Override
    String found(String engine, int rank, int other) {
      return "DAMAGED %s %s draft.w7".formatted(engine, Integer.toString(rank));
    }
  },
  STALE_REVISION {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.put(engine, rank, OLD.get(rank));
    }

    @Override
    String found(String engine, int rank, int other) {
      return "STALE_REVISION %s %s -".formatted(engine, Integer.toString(rank));
    }
  },
  PARTIAL_UPDATE {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.at(engine, rank).put(TARGET, OLD.get(rank).get(TARGET));
    }

    @Override
    String found(String engine, int rank, int other) {
      return "PARTIAL_UPDATE %s %s -".formatted(engine, Integer.toString(rank));
    }
  },
  SWAPPED_RANKS {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      Map<TensorName, Content> held = new TreeMap<>(fleet.at(engine, rank));
      fleet.put(engine, rank, fleet.at(engine, other));
      fleet.put(engine, other, held);
    }

    @Override
    String found(String engine, int rank, int other) {
      return "SWAPPED_RANKS %s - ranks %s, %s"
          .formatted(engine, Integer.toString(rank), Integer.toString(other));
    }
  },
  SWAPPED_DRAFTS {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      Content held = fleet.at(engine, rank).get(DRAFT);
      fleet.at(engine, rank).put(DRAFT, fleet.at(engine, other).get(DRAFT));
      fleet.at(engine, other).put(DRAFT, held);
    }

    @Override
    String found(String engine, int rank, int other) {
      return SWAPPED_RANKS.found(engine, rank, other);
    }
  },
  SWAPPED_TENSORS {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      Content held = fleet.at(engine, rank).get(TARGET);
      fleet.at(engine, rank).put(TARGET, fleet.at(engine, rank).get(DRAFT));
      fleet.at(engine, rank).put(DRAFT, held);
    }
  },
  MISSING_TENSOR {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.at(engine, rank).remove(TARGET);
    }
  },
  EXTRA_TENSOR {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.at(engine, rank).put(new TensorName("target", "w1.bias"), content("more"));
    }

    @Override
    String found(String engine, int rank, int other) {
      return "EXTRA_TENSOR %s %s w1.bias".formatted(engine, Integer.toString(rank));
    }
  },
  DTYPE_OR_SHAPE {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      Content held = fleet.at(engine, rank).get(TARGET);
      fleet.at(engine, rank).put(TARGET, new Content("F16", held.shape(), held.digests()));
    }
  },
  MISSING_RANK {
    @Override
    void plant(RecordedFleet fleet, String engine, int rank, int other) {
      fleet.loseRank(engine, rank);
    }

    @Override
    String found(String engine, int rank, int other) {
      return NOTHING;
    }
  };

  /** A rank that is not there is said by the scan, not by the verdict. */
  static final String NOTHING = "";

  static final int RANKS = 4;
  static final int TENSORS = 8;

  private static final TensorName TARGET = new TensorName("target", "w1");
  private static final TensorName DRAFT = new TensorName("draft", "w7");
  private static final Map<Integer, Map<TensorName, Content>> OLD =
      RecordedFleet.weights("1", RANKS, TENSORS);

  abstract void plant(RecordedFleet fleet, String engine, int rank, int other);

  String found(String engine, int rank, int other) {
    return "%s %s %s w1".formatted(this, engine, Integer.toString(rank));
  }

  /** A fleet of revision 2, which was of revision 1 a week ago. */
  static RecordedFleet fleet(int engines) {
    RecordedFleet fleet = RecordedFleet.of(engines, RANKS, TENSORS);
    RecordedFleet before = new RecordedFleet("1", RANKS);
    for (int engine = 0; engine < engines; engine++) {
      before.add("e" + engine, RANKS, OLD);
    }
    fleet.remember("2026-11-16", before);
    return fleet;
  }

  /** Findings in a word each: kind, engine, rank, tensor or ranks. */
  static List<String> words(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> !finding.is(FindingKind.REFERENCE))
        .map(
            f ->
                "%s %s %s %s"
                    .formatted(
                        f.kind(),
                        f.engine().orElse("-"),
                        f.rank().map(String::valueOf).orElse("-"),
                        f.tensor()
                            .map(TensorName::key)
                            .or(() -> f.engine().flatMap(any -> f.location()))
                            .orElse("-")))
        .toList();
  }
}
