package io.shardsum.fleet;

import java.util.List;

/**
 * What was found of one role at one rank.
 *
 * @param reason empty where the state is FOUND
 */
record RoleFinding(RankState state, String reason, List<ShardFile> files) {
  RoleFinding {
    files = List.copyOf(files);
  }

  static RoleFinding missing(String reason) {
    return new RoleFinding(RankState.MISSING, reason, List.of());
  }

  static RoleFinding unreadable(String reason) {
    return new RoleFinding(RankState.UNREADABLE, reason, List.of());
  }

  /** Nothing is found in a directory that was not listed. */
  static RoleFinding ofUnlisted(DirectoryListing listing) {
    if (listing.outcome() == DirectoryListing.Outcome.ABSENT) {
      return missing(listing.reason());
    }
    return unreadable(listing.reason());
  }
}
