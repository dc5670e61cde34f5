/// How a text report looks.
public struct TextStyle: Sendable {
  public var palette: Palette
  public var zone: TimeStyle.Zone

  public init(palette: Palette = .plain, zone: TimeStyle.Zone = .utc) {
    self.palette = palette
    self.zone = zone
  }
}
