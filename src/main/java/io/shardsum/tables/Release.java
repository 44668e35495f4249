package io.shardsum.tables;

import java.util.Optional;

/** Which Shardsum this is. */
public final class Release {

  /** Its version; {@code development} where it runs from classes that are in no jar. */
  public static final String VERSION =
      Optional.ofNullable(Release.class.getPackage().getImplementationVersion())
          .orElse("development");

  private Release() {}
}
