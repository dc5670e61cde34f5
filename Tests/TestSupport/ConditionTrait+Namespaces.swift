import Testing

extension Trait where Self == ConditionTrait {
  /// Skips where a test cannot have hosts of its own.
  public static var withNamespaces: Self {
    .enabled(if: NamespaceHost.obstacle == nil, "\(NamespaceHost.obstacle ?? "")")
  }
}
