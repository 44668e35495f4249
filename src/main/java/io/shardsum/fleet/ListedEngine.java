package io.shardsum.fleet;

import java.util.List;

/** An engine's inventory, with the listings that it was made from. */
record ListedEngine(EngineInventory inventory, EngineStorage storage) {
  static ListedEngine of(EngineStorage storage, EngineSpec spec, String group) {
    return new ListedEngine(storage.inventory(spec, group), storage);
  }

  /** The inventories of a fleet; what lies in the engines' directories unread is named. */
  static List<EngineInventory> withUnreadWeights(List<ListedEngine> fleet) {
    UnreadWeights unread = new UnreadWeights(fleet.stream().map(ListedEngine::inventory).toList());
    return BoundedPool.map(fleet, engine -> unread.addedTo(engine.inventory, engine.storage));
  }
}
