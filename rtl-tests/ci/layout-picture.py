# Run by klayout: draws the GDS file `gds` into the PNG file `out`.
import pya

view = pya.LayoutView()
view.load_layout(gds, True)
view.max_hier()
view.zoom_fit()
view.set_config("grid-visible", "false")
view.set_config("text-visible", "false")
view.set_config("background-color", "#ffffff")
view.save_image(out, 800, 800)
