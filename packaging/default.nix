# Nix: nix-build default.nix
# Without the voice, which nixpkgs does not have: episodes without a recording stay silent.
{ pkgs ? import <nixpkgs> { } }:
with pkgs.python3Packages;
let
  # the versions that were tried, whatever nixpkgs has
  wheel = pname: version: sha256: dependencies: buildPythonPackage {
    inherit pname version dependencies;
    format = "wheel";
    src = fetchPypi {
      inherit pname version sha256;
      format = "wheel";
      python = "py3";
      dist = "py3";
    };
  };
  scheduler = wheel "fsrs" "6.3.2" "bc55066c821164b1cff6d75b17a3ed8e86cfd45789e3d775cfcb895319ce9ba4" [
    typing-extensions
  ];
  screen = wheel "textual" "8.2.8" "267375fd402dc8d981457212efa71f0e3365fd17bba144ba9bb3ed7563cb374a" [
    linkify-it-py markdown-it-py mdit-py-plugins platformdirs pygments rich typing-extensions
  ];
in
buildPythonApplication {
  pname = "tui-pod";
  version = "@VERSION@";
  pyproject = true;
  src = pkgs.fetchurl {
    url = "@ADDRESS@";
    sha256 = "@SHA256@";
  };
  build-system = [ hatchling ];
  dependencies = [ dbus-fast markdown-it-py mpv platformdirs readability-lxml scheduler screen tinytag tomli-w ];
  pythonRelaxDeps = true; # but for the two above, what nixpkgs has will do
  pythonRemoveDeps = [ "hibari-tts" "python-mpv" ]; # nixpkgs calls the latter mpv
  makeWrapperArgs = [ "--prefix" "LD_LIBRARY_PATH" ":" "${pkgs.mpv-unwrapped}/lib" ];
  meta = {
    description = "Listening sessions in the terminal";
    homepage = "@HOMEPAGE@";
    license = pkgs.lib.licenses.mit;
    mainProgram = "tui-pod";
    maintainers = [ ]; # whoever packages it
  };
}
