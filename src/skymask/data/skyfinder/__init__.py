"""SkyFinder: 53 fixed webcams, thousands of photographs each, one hand-made sky mask a camera.

Mihail, Workman, Bessinger, Jacobs: "Sky Segmentation in the Wild: An Empirical Study", WACV 2016. Published as Zenodo
record 5884485, one archive a camera and one with all masks, under CC BY 4.0.

A fetched copy is a folder ROOT with `images/<camera>/YYYYMMDD_HHMMSS.jpg` and `masks/<camera>.png`.
"""
