window.podvizIndex=[
["Online shop","","","",-1,""],
["shop","Namespace","","ns/shop",0,""],
["checkout","Deployment","shop","ns/shop/deployment/checkout",1,"ghcr.io/shop/checkout\n8080\nLOG_LEVEL\nCART_ADDR\ncatalogAddr"],
["app","Main container","shop","ns/shop/deployment/checkout/c/app",2,""],
["migrate","Init container","shop","ns/shop/deployment/checkout/c/migrate",2,""],
["proxy","Sidecar","shop","ns/shop/deployment/checkout/c/proxy",2,""],
["checkout","Service","shop","ns/shop/service/checkout",1,""],
["apps/shop/checkout.yaml","File","","source/apps-shop-checkout.yaml--42d8c8764c",0,""],
];
