package io.shardsum.tables;

import java.util.List;

/**
 * What says that a wave of a scan's tensors landed as a whole: the JSON file that is written when
 * all of its rows lie where readers look for them.
 *
 * @param name of the wave, which no other has
 * @param files the Parquet files of its rows
 * @param ranks whose files they are of
 * @param canaries how many canaries were hashed beside them
 * @param canariesFound in how many of these a flipped bit was found
 * @param replaced the names of waves whose rows it has taken over
 */
public record LandedWave(
    String name,
    List<RowFile> files,
    List<RankPart> ranks,
    int canaries,
    int canariesFound,
    List<String> replaced) {

  /** A Parquet file. */
  public record RowFile(String name, long lengthBytes) {}

  /**
   * A rank, or some of its files.
   *
   * @param stamp stands for all files of the rank as they were listed, those of other waves, too
   * @param bytes of the files in this wave
   * @param files the paths of those in this wave; none: all of the rank
   */
  public record RankPart(String engine, int rank, String stamp, long bytes, List<String> files) {

    /** Copies the list. */
    public RankPart {
      files = List.copyOf(files);
    }
  }

  /** Copies the lists. */
  public LandedWave {
    files = List.copyOf(files);
    ranks = List.copyOf(ranks);
    replaced = List.copyOf(replaced);
  }

  /** What a wave is of: all of it but where its rows lie. */
  public record Content(
      List<RankPart> ranks, int canaries, int canariesFound, List<String> replaced) {}
}
