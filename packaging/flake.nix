{
  description = "Listening sessions in the terminal";
  # nix run . (in a folder with this file and default.nix)
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
    in
    {
      packages = nixpkgs.lib.genAttrs systems (system: {
        default = import ./default.nix { pkgs = nixpkgs.legacyPackages.${system}; };
      });
    };
}
